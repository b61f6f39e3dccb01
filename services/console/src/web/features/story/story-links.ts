import type { TimelineEntryView } from '../../../views.ts';
import { isStep } from './story-items.ts';

/** Ways out of a hop: to other hops of the story and to the trace viewer. */
export interface StoryLinks {
  /** Empty when no trace viewer is known. */
  readonly zipkinUrl: string;
  /** What a hop of the story is called; undefined when the story does not tell of the event. */
  readonly titleOf: (eventId: string) => string | undefined;
  /** True for a step of a flow, which is shown on wish only. */
  readonly isStep: (eventId: string) => boolean;
  /** Opens a hop and brings it into view, the focus with it; on wish with all steps of flows. */
  readonly reveal: (eventId: string, withSteps: boolean) => void;
}

/** Knows the hops of a story by their ids. */
export function storyLinks(
  entries: readonly TimelineEntryView[],
  ways: Pick<StoryLinks, 'zipkinUrl' | 'reveal'>,
): StoryLinks {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  return {
    ...ways,
    titleOf: (eventId) => byId.get(eventId)?.title,
    isStep: (eventId) => {
      const entry = byId.get(eventId);
      return entry !== undefined && isStep(entry);
    },
  };
}

/** The address of the story with the hop open. */
export function hrefOfHop(eventId: string, withSteps: boolean): string {
  return `?open=${encodeURIComponent(eventId)}${withSteps ? '&steps=true' : ''}`;
}

/** The event with which a flow run began, of those that the story tells. */
export function beginningOf(
  runId: string,
  entries: readonly TimelineEntryView[],
): string | undefined {
  return entries.find(
    ({ type, data }) =>
      type.endsWith('.RunLifecycleChanged') &&
      (data as { readonly runId?: unknown } | null)?.runId === runId,
  )?.id;
}

/** The id of a hop's element in the page. */
export function elementIdOf(itemId: string): string {
  return `hop-${itemId}`;
}
