/** Runs one named piece of work and tells how it went. Several may run at once. */
export type StepRunner = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Runs the work without a word. */
export const quietSteps: StepRunner = async (_name, work) => await work();

const stillWorkingAfterMs = 10_000;

/** Prints one line with its time for each finished step, and a sign of life for long ones. */
export function printedSteps(print: (line: string) => void): StepRunner {
  return async (name, work) => {
    const startedMs = performance.now();
    const seconds = (): string => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
    const signOfLife = setInterval(() => print(`  … ${name} (${seconds()})`), stillWorkingAfterMs);
    try {
      const result = await work();
      print(`  ✓ ${name.padEnd(42)} ${seconds().padStart(7)}`);
      return result;
    } catch (error) {
      print(`  ✗ ${name.padEnd(42)} ${seconds().padStart(7)}`);
      throw error;
    } finally {
      clearInterval(signOfLife);
    }
  };
}
