import { z } from 'zod';
import type { AlertMessage, ReplayState } from '../../domain/messages.ts';

const text = z.string().max(1000);
const number = z.number();

const alertShape = z.looseObject({
  timestamp: text,
  original_timestamp: text.nullish(),
  alert_id: text.min(1),
  alert_type: z.string().min(1).max(60),
  severity: z.enum(['high', 'medium', 'low']),
  driver: z.string().min(1).max(8),
  state: z.enum(['open', 'closed']),
  started_at: number,
  ended_at: number.nullable(),
  description: text,
  value: number.nullable(),
  threshold: number.nullable(),
  session_time: number,
  message_type: z.literal('alert'),
});

const stateShape = z.looseObject({
  timestamp: text,
  run: z.string().min(1).max(100),
  run_started_at: number,
  segment: z.int().min(0),
  status: z.enum(['loading', 'playing', 'paused', 'holding', 'ended', 'stopped', 'failed']),
  speed: number,
  session_time: number.nullable(),
  simulated: z.boolean(),
  schedule_error_ms: z
    .looseObject({ count: number, sum: number, buckets: z.array(number).max(100) })
    .nullable(),
  message_type: z.literal('state'),
});

/** True for an alert that every view can show: fields and types of PROTOCOL §4. */
export function isAlertMessage(value: unknown): value is AlertMessage {
  return alertShape.safeParse(value).success;
}

/** True for a replay state that every view can show (PROTOCOL §6). */
export function isReplayState(value: unknown): value is ReplayState {
  return stateShape.safeParse(value).success;
}
