import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitAddress } from './address.ts';

describe('splitAddress', () => {
  it.each([
    ['Torstraße 1\n10115 Berlin\nDE', 'Torstraße 1', '', 'Berlin', '', '10115', 'DE'],
    ['Hof 3\nD-10115 Berlin\nde', 'Hof 3', '', 'Berlin', '', '10115', 'DE'],
    ['Damrak 1\n1012 LG Amsterdam\nNL', 'Damrak 1', '', 'Amsterdam', '', '1012 LG', 'NL'],
    [
      'Drottninggatan 2\n111 51 Stockholm\nSE',
      'Drottninggatan 2',
      '',
      'Stockholm',
      '',
      '111 51',
      'SE',
    ],
    [
      '1 Main St\nSuite 4\nAustin, TX 78701\nUS',
      '1 Main St',
      'Suite 4',
      'Austin',
      'TX',
      '78701',
      'US',
    ],
    [
      '1 Main St\nSt. Paul MN 55101-1234\nUS',
      '1 Main St',
      '',
      'St. Paul',
      'MN',
      '55101-1234',
      'US',
    ],
    ['10 King St\nToronto ON M5H 1A1\nCA', '10 King St', '', 'Toronto', 'ON', 'M5H 1A1', 'CA'],
    [
      '10 Downing Street\nLondon\nSW1A 2AA\nGB',
      '10 Downing Street',
      '',
      'London',
      '',
      'SW1A 2AA',
      'GB',
    ],
    [
      '10 Downing Street\nLondon SW1A 2AA\nGB',
      '10 Downing Street',
      '',
      'London',
      '',
      'SW1A 2AA',
      'GB',
    ],
    ['Via Roma 1\n00184 Roma RM\nIT', 'Via Roma 1', '', 'Roma', 'RM', '00184', 'IT'],
    [
      'Calle Mayor 1\n28013 Madrid (Madrid)\nES',
      'Calle Mayor 1',
      '',
      'Madrid',
      'Madrid',
      '28013',
      'ES',
    ],
    [
      '1-1 Chiyoda\nChiyoda-ku, Tokyo 100-8111\nJP',
      '1-1 Chiyoda',
      '',
      'Chiyoda-ku',
      'Tokyo',
      '100-8111',
      'JP',
    ],
    [
      'Block 3, Street 5\n13001 Kuwait City\nKW',
      'Block 3, Street 5',
      '',
      'Kuwait City',
      '',
      '13001',
      'KW',
    ],
    ['1 George St\nSydney NSW 2000\nAU', '1 George St', '', 'Sydney', 'NSW', '2000', 'AU'],
    ['Rua A 1\nSão Paulo - SP\n01000-000\nBR', 'Rua A 1', '', 'São Paulo', 'SP', '01000-000', 'BR'],
  ])('reads %j', (text, line1, line2, city, region, postalCode, country) => {
    expect(splitAddress(text)).toEqual({ line1, line2, city, region, postalCode, country });
  });

  it('keeps lines that no pattern of the country explains', () => {
    const address = splitAddress('c/o Byron\nSomewhere without a code 1\nBuilding 2\nDE');

    expect(address).toMatchObject({ line1: 'c/o Byron', city: '', country: 'DE' });
    expect(address.line2).toBe('Somewhere without a code 1, Building 2');
  });

  it('gives empty parts for an empty text', () => {
    expect(Object.values(splitAddress('')).join('')).toBe('');
  });

  it('loses no word of the lines and never takes long', () => {
    const line = fc.string({ maxLength: 60 });
    const text = fc.tuple(
      fc.array(line, { maxLength: 6 }),
      fc.constantFrom('DE', 'US', 'JP', 'ZZ'),
    );
    fc.assert(
      fc.property(text, ([lines, country]) => {
        const typed = [...lines, country].join('\n');
        const kept = Object.values(splitAddress(typed)).join(' ');
        for (const word of typed.match(/[A-Za-z]{3,}/g) ?? []) expect(kept).toContain(word);
      }),
    );
  });
});
