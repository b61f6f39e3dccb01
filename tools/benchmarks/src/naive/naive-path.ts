import type { BenchmarkStack } from '../benchmark-stack.ts';
import type { Program } from '../program.ts';

/** The naive processes over three hops. */
export interface NaivePath {
  readonly source: Program;
  readonly pids: Readonly<Record<string, number>>;
}

/** Starts source, mapper and hop over three topics. */
export async function startNaivePath(
  stack: BenchmarkStack,
  [first, second, third]: readonly [string, string, string],
): Promise<NaivePath> {
  const [source, mapper, hop] = await Promise.all([
    stack.startProgram({
      program: 'naive-source',
      env: { TOPIC_TO: first, DATABASE_URL: await stack.makeDatabase('naive-source') },
    }),
    stack.startProgram({ program: 'naive-mapper', env: { TOPIC_FROM: first, TOPIC_TO: second } }),
    stack.startProgram({
      program: 'naive-hop',
      env: {
        TOPIC_FROM: second,
        TOPIC_TO: third,
        DATABASE_URL: await stack.makeDatabase('naive-hop'),
      },
    }),
  ]);
  return {
    source: source.program,
    pids: {
      relay: source.program.pid,
      mapper: mapper.program.pid,
      'hop with relay': hop.program.pid,
    },
  };
}
