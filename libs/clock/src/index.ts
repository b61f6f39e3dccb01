export { Clock, SystemClock, systemClock } from './clock.ts';
export { deriveId, newId } from './ids.ts';
