/** Names of Zoho's fields that tell who a person is, in the spelling of every product. */
const personal =
  /^(?:contact_?name|company_name|account_?name|full_?name|first_?name|last_?name|e-?mail|phone|mobile|attention|address\w*|street\w*|mailing_\w*|other_\w*|zip\w*|city|.*_address|contact_persons|note_content|description|notes|text)$/i;
const depthMax = 20;

/**
 * What of a command or of Zoho's answer operators may read in the attempts: ids, amounts, dates and
 * codes. Everything that tells who the customer is stands as `[redacted]`.
 */
export function redactPersons(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= depthMax) return '[redacted]';
  if (Array.isArray(value)) return value.map((member) => redactPersons(member, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      personal.test(name) ? '[redacted]' : redactPersons(member, depth + 1),
    ]),
  );
}
