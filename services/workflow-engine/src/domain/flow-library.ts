import type { FunctionDefinition } from '@sluice/contracts';

/** What a flow document may refer to. */
export interface FlowLibrary {
  /** The function of the catalogue; undefined when there is none of that name and version. */
  findFunction(name: string): FunctionDefinition | undefined;
  /** The mapping document; undefined when there is none of that name and version. */
  findMapping(name: string, version: number): ArgumentMapping | undefined;
  /** Whether an event type exists. */
  isEventType(type: string): boolean;
}

/** A mapping document that makes the arguments of a call. */
export interface ArgumentMapping {
  /** `name:version` of the function whose arguments it makes. */
  readonly to: string;
  /** @throws PermanentFailure naming the field that could not be filled. */
  apply(source: Readonly<Record<string, unknown>>): unknown;
}
