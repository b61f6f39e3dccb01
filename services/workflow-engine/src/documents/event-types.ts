import { eventTypes, type EventType } from '@sluice/contracts';
import { shapeFromAvro, type Shape } from '@sluice/mapping';

const shapes = new Map<EventType, Shape>();

/** Whether a text is the name of an event. */
export function isEventType(type: string): type is EventType {
  return Object.hasOwn(eventTypes, type);
}

/** The shape of an event's data; built once per type. */
export function shapeOfEvent(type: EventType): Shape {
  const known = shapes.get(type);
  if (known !== undefined) return known;
  const shape = shapeFromAvro(eventTypes[type].schema);
  shapes.set(type, shape);
  return shape;
}
