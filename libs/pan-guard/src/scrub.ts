import { cardNumberSpans } from './detect.ts';

/** Replaces every card number in a text by `[card number]`. For logs, traces and error bodies. */
export function scrubText(text: string): string {
  const spans = cardNumberSpans(text);
  if (spans.length === 0) return text;
  let scrubbed = '';
  let from = 0;
  for (const span of spans) {
    scrubbed += `${text.slice(from, span.start)}[card number]`;
    from = span.end;
  }
  return scrubbed + text.slice(from);
}
