/** Patterns of the last lines of an address, one per line, top to bottom. */
export type AddressFormat = readonly RegExp[];

const city = String.raw`(?<city>[^\d,][^,]*?)`;
const cityOnly = /^(?<city>[^\d,]+)$/;

const codeThenCity = (code: string): AddressFormat => [
  new RegExp(String.raw`^(?:[A-Z]{1,2}-)?(?<postalCode>${code}) ${city}$`, 'i'),
];
const cityThenCode = (code: string): AddressFormat => [
  new RegExp(String.raw`^${city},? (?<postalCode>${code})$`, 'i'),
];
const cityRegionCode = (region: string, code: string): AddressFormat => [
  new RegExp(String.raw`^${city},? (?<region>${region}),? (?<postalCode>${code})$`, 'i'),
];
const codeBelow = (code: string): AddressFormat => [
  cityOnly,
  new RegExp(String.raw`^(?<postalCode>${code})$`, 'i'),
];

const britishCode = String.raw`[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}`;
const canadianCode = String.raw`[A-Z]\d[A-Z] ?\d[A-Z]\d`;
const irishCode = String.raw`[A-Z]\d[\dW] ?[A-Z\d]{4}`;
const japaneseCode = String.raw`\d{3}-?\d{4}`;

/** Formats by country, the most telling first. */
const formats = new Map<string, readonly AddressFormat[]>([
  ['US', [cityRegionCode('[A-Z]{2}', String.raw`\d{5}(?:-\d{4})?`)]],
  ['CA', [cityRegionCode('[A-Z]{2}', canadianCode)]],
  ['AU', [cityRegionCode('[A-Z]{2,3}', String.raw`\d{4}`), cityThenCode(String.raw`\d{4}`)]],
  ['GB', [codeBelow(britishCode), cityThenCode(britishCode), [cityOnly]]],
  ['IE', [codeBelow(irishCode), cityThenCode(irishCode), [cityOnly]]],
  [
    'IT',
    [
      [/^(?:I-)?(?<postalCode>\d{5}) (?<city>[^\d,][^,]*?),? \(?(?<region>[A-Z]{2})\)?$/],
      codeThenCity(String.raw`\d{5}`),
    ],
  ],
  [
    'ES',
    [
      [/^(?<postalCode>\d{5}) (?<city>[^\d(,][^(,]*?) ?[(,] ?(?<region>[^)]+)\)?$/],
      codeThenCity(String.raw`\d{5}`),
    ],
  ],
  [
    'JP',
    [
      [new RegExp(`^(?<city>[^,]+), (?<region>[^,]+?),? (?:〒 ?)?(?<postalCode>${japaneseCode})$`)],
      cityThenCode(japaneseCode),
      [new RegExp(`^〒? ?(?<postalCode>${japaneseCode}) (?<city>[^,]+)$`)],
    ],
  ],
  [
    'BR',
    [
      [/^(?<city>[^,]+?) ?[-,] ?(?<region>[A-Z]{2}),? (?<postalCode>\d{5}-?\d{3})$/],
      [/^(?<city>[^,]+?) ?[-,] ?(?<region>[A-Z]{2})$/, /^(?<postalCode>\d{5}-?\d{3})$/],
    ],
  ],
  [
    'IN',
    [
      [/^(?<city>[^,]+), (?<region>[^,]+?),? (?<postalCode>\d{3} ?\d{3})$/],
      cityThenCode(String.raw`\d{3} ?\d{3}`),
    ],
  ],
  ['SG', [cityThenCode(String.raw`\d{6}`)]],
  ['KW', [codeThenCity(String.raw`\d{5}`), cityThenCode(String.raw`\d{5}`), [cityOnly]]],
  ['AE', [[cityOnly]]],
  ['HK', [[cityOnly]]],
]);

for (const [codes, pattern] of [
  ['DE FR FI EE LT TR HR RS ME BA UA KR TH', String.raw`\d{5}`],
  ['AT CH BE DK NO HU LU SI BG CY LI', String.raw`\d{4}`],
  ['SE CZ SK GR', String.raw`\d{3} ?\d{2}`],
  ['NL', String.raw`\d{4} ?[A-Z]{2}`],
  ['PL', String.raw`\d{2}-\d{3}`],
  ['PT', String.raw`\d{4}-\d{3}`],
  ['RO', String.raw`\d{6}`],
] as const) {
  for (const code of codes.split(' ')) formats.set(code, [codeThenCity(pattern), [cityOnly]]);
}

/** Anywhere else: digits before or after the city. */
const anywhere: readonly AddressFormat[] = [
  codeThenCity(String.raw`\d{3,7}`),
  cityThenCode(String.raw`\d{3,7}`),
];

/** The formats of a country, in the order in which they are tried. */
export function formatsOf(country: string): readonly AddressFormat[] {
  return formats.get(country) ?? anywhere;
}
