import { feedEntries, feedObject } from '../../domain/feed-shape.ts';
import type {
  LapCountChange,
  SessionStatusChange,
  TrackStatusChange,
  WeatherSample,
} from '../../domain/timing.ts';
import { toCount, toFlag, toNumber, toText } from './feed-values.ts';

/** Names of track status codes, as the feed's `Message` and as SessionData's status series spell them. */
const trackMessages: Readonly<Record<string, string>> = {
  '1': 'AllClear',
  '2': 'Yellow',
  '3': 'Flag',
  '4': 'SCDeployed',
  '5': 'Red',
  '6': 'VSCDeployed',
  '7': 'VSCEnding',
};
const trackCodes = new Map(Object.entries(trackMessages).map(([code, name]) => [name.toLowerCase(), code]));

/** Collects the status topics, SessionData as their stand-in, LapCount and WeatherData. */
export interface StatusReader {
  acceptTrackStatus(stampMs: number, data: unknown): void;
  acceptSessionStatus(stampMs: number, data: unknown): void;
  acceptSessionData(stampMs: number, data: unknown): void;
  acceptLapCount(stampMs: number, data: unknown): void;
  acceptWeather(stampMs: number, data: unknown): void;
  finish(): {
    trackStatus: TrackStatusChange[];
    sessionStatus: SessionStatusChange[];
    /** Every message of the topic, repeats and what follows the end included. */
    allTrackStatus: TrackStatusChange[];
    allSessionStatus: SessionStatusChange[];
    lapCount: LapCountChange[];
    weather: WeatherSample[];
    totalLaps: number | null;
    firstTotalLaps: number | null;
    /** Topics whose place SessionData took. */
    standIns: string[];
  };
}

function pushChange<T extends { readonly status: string }>(list: T[], change: T): void {
  if (change.status !== '' && list.at(-1)?.status !== change.status) list.push(change);
}

/** Creates a collector. Statuses that repeat the last one are left out. */
export function createStatusReader(): StatusReader {
  const track: TrackStatusChange[] = [];
  const session: SessionStatusChange[] = [];
  const everyTrack: TrackStatusChange[] = [];
  const everySession: SessionStatusChange[] = [];
  const seriesTrack: TrackStatusChange[] = [];
  const seriesSession: SessionStatusChange[] = [];
  const lapCount: LapCountChange[] = [];
  const weather: WeatherSample[] = [];
  let currentLap: number | null = null;
  let totalLaps: number | null = null;
  let firstTotalLaps: number | null = null;

  function trackChange(sessionMs: number, text: string, message: string): TrackStatusChange {
    const status = trackCodes.get(text.toLowerCase()) ?? text;
    return { sessionMs, status, message: message || (trackMessages[status] ?? '') };
  }

  return {
    acceptTrackStatus(stampMs, data) {
      const { Status, Message } = feedObject(data);
      const change = trackChange(stampMs, toText(Status), toText(Message));
      everyTrack.push(change);
      pushChange(track, change);
    },
    acceptSessionStatus(stampMs, data) {
      const { Status } = feedObject(data);
      if (Status === undefined) return;
      const change = { sessionMs: stampMs, status: toText(Status) };
      everySession.push(change);
      pushChange(session, change);
    },
    acceptSessionData(stampMs, data) {
      for (const [, item] of feedEntries(feedObject(data)['StatusSeries'])) {
        const { TrackStatus, SessionStatus } = feedObject(item);
        pushChange(seriesTrack, trackChange(stampMs, toText(TrackStatus), ''));
        pushChange(seriesSession, { sessionMs: stampMs, status: toText(SessionStatus) });
      }
    },
    acceptLapCount(stampMs, data) {
      const fields = feedObject(data);
      const current = toCount(fields['CurrentLap']);
      const total = toCount(fields['TotalLaps']);
      if (current === null && total === null) return;
      currentLap = current ?? currentLap;
      totalLaps = total ?? totalLaps;
      firstTotalLaps ??= total;
      lapCount.push({ sessionMs: stampMs, currentLap, totalLaps });
    },
    acceptWeather(stampMs, data) {
      const fields = feedObject(data);
      const sample: WeatherSample = {
        sessionMs: stampMs,
        airTempC: toNumber(fields['AirTemp']),
        trackTempC: toNumber(fields['TrackTemp']),
        humidityPct: toNumber(fields['Humidity']),
        pressureMbar: toNumber(fields['Pressure']),
        rainfall: toFlag(fields['Rainfall']),
        windDirectionDeg: toNumber(fields['WindDirection']),
        windSpeedMs: toNumber(fields['WindSpeed']),
      };
      if (Object.keys(fields).length > 0) weather.push(sample);
    },
    finish() {
      const standIns: string[] = [];
      if (track.length === 0 && seriesTrack.length > 0) standIns.push('TrackStatus');
      if (session.length === 0 && seriesSession.length > 0) standIns.push('SessionStatus');
      const sessionStatus = session.length > 0 ? session : seriesSession;
      // What comes after the session's end is another session on the same stream.
      const endMs =
        sessionStatus.find((change) => change.status === 'Ends')?.sessionMs ?? Number.POSITIVE_INFINITY;
      const byTime = <T extends { readonly sessionMs: number }>(list: T[]): T[] =>
        list.filter((item) => item.sessionMs <= endMs).sort((a, b) => a.sessionMs - b.sessionMs);
      return {
        trackStatus: byTime(track.length > 0 ? track : seriesTrack),
        sessionStatus: byTime(sessionStatus),
        allTrackStatus: everyTrack.length > 0 ? everyTrack : seriesTrack,
        allSessionStatus: everySession.length > 0 ? everySession : seriesSession,
        lapCount: byTime(lapCount),
        weather: weather.sort((a, b) => a.sessionMs - b.sessionMs),
        totalLaps,
        firstTotalLaps,
        standIns,
      };
    },
  };
}
