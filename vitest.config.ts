import { defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './tools/closing-line-reporter.ts';
import { PairedSequencer } from './tools/paired-sequencer.ts';

const testFiles = (kind: string): string => `{libs,services,tools}/*/src/**/*${kind}.test.{ts,tsx}`;
const built = ['**/node_modules/**', '**/dist/**', '**/.types/**', '.sluice/**'];
const minuteMs = 60_000;
/** Tests that share servers or start many programs: two of their files keep two processors busy. */
const lanes = 2;

/** Three kinds of tests, told apart by the name of their file. */
export default defineConfig({
  test: {
    reporters: ['default', new ClosingLineReporter()],
    sequence: { sequencer: PairedSequencer },
    projects: [
      {
        test: {
          name: 'unit',
          include: [testFiles('')],
          exclude: [...built, '**/*.{int,e2e}.test.*'],
          sequence: { groupOrder: 0 },
          maxWorkers: '100%',
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'int',
          include: [testFiles('.int')],
          exclude: built,
          globalSetup: ['tools/test-stack.ts'],
          sequence: { groupOrder: 1 },
          maxWorkers: lanes,
          testTimeout: minuteMs,
          hookTimeout: minuteMs,
        },
      },
      {
        test: {
          name: 'e2e',
          include: [testFiles('.e2e')],
          exclude: built,
          globalSetup: ['tools/end-to-end-setup.ts'],
          sequence: { groupOrder: 2 },
          maxWorkers: lanes,
          testTimeout: 5 * minuteMs,
          hookTimeout: 5 * minuteMs,
        },
      },
    ],
  },
});
