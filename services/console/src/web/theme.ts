import { createTheme, type MantineColorsTuple } from '@mantine/core';

const dark: MantineColorsTuple = [
  '#d5d7da',
  '#b4b7bd',
  '#969aa2',
  '#70757e',
  '#3b3f46',
  '#2a2d33',
  '#1c1e22',
  '#0f1012',
  '#0a0b0c',
  '#050606',
];

/** The one place for colour, spacing and radius. */
export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 4 },
  autoContrast: true,
  colors: { dark },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.125rem' }, h2: { fontSize: '0.9375rem' } },
  },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  components: {
    Text: { defaultProps: { size: 'sm' } },
    SegmentedControl: { styles: { label: { fontWeight: 500 } } },
    Button: { styles: { root: { fontWeight: 500 } } },
  },
});

/** Below this width tables become cards; the shell's navigation folds at the same width. */
export const phoneQuery = '(max-width: 47.99em)';

/** How a thing stands: the colour never stands alone, a word and an icon go with it. */
export type Tone = 'good' | 'waiting' | 'bad' | 'quiet';

/** Mantine's colour of each tone. */
export const toneColors: Readonly<Record<Tone, string>> = {
  good: 'teal',
  waiting: 'yellow',
  bad: 'red',
  quiet: 'gray',
};
