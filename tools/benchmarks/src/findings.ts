/** What is known of missed targets, by the name of the benchmark. */
export type Findings = Readonly<Record<string, readonly string[]>>;

/** What a profile showed and what was tried on each of its largest causes. */
export const findings: Findings = {};
