import { defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './tools/closing-line-reporter.ts';

const testFiles = (kind: string): string => `{libs,services,tools}/*/src/**/*${kind}.test.{ts,tsx}`;
const built = ['**/node_modules/**', '**/dist/**', '**/.types/**', '.sluice/**'];
const minuteMs = 60_000;

/** Three kinds of tests, told apart by the name of their file. */
export default defineConfig({
  test: {
    reporters: ['default', new ClosingLineReporter()],
    projects: [
      {
        test: {
          name: 'unit',
          include: [testFiles('')],
          exclude: [...built, '**/*.{int,e2e}.test.*'],
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
          testTimeout: minuteMs,
          hookTimeout: minuteMs,
        },
      },
      {
        test: {
          name: 'e2e',
          include: [testFiles('.e2e')],
          exclude: built,
          globalSetup: ['tools/test-stack.ts'],
          // These tests use fixed ports, kill programs and measure time: one file at a time.
          fileParallelism: false,
          testTimeout: 5 * minuteMs,
          hookTimeout: 5 * minuteMs,
        },
      },
    ],
  },
});
