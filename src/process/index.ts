export { startProcessor, type Processor, type ProcessorOptions, type ProcessorStats } from './processor.ts';
export { PartitionTask, type RowDetector, type TaskOutput } from './partition-task.ts';
export { HighWater, readHighWater, sourceHeader, type OutputLane } from './high-water.ts';
