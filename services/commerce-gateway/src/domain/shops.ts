/** Secrets of the shops by shop id, from `shopId:secret,shopId:secret`. */
export function readShopSecrets(text: string): ReadonlyMap<string, string> {
  return readPairs(text, { name: 'SHOP_SIGNING_SECRETS', separator: ':' });
}

/** Addresses of the shops by shop id, from `shopId=url,shopId=url`. */
export function readShopUrls(text: string): ReadonlyMap<string, string> {
  const urls = readPairs(text, { name: 'SHOP_BASE_URLS', separator: '=' });
  for (const [shopId, url] of urls) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new Error(`SHOP_BASE_URLS: the address of shop ${shopId} is no http or https URL`);
    }
  }
  return urls;
}

function readPairs(
  text: string,
  form: { readonly name: string; readonly separator: string },
): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const [index, part] of text.split(',').entries()) {
    const at = part.indexOf(form.separator);
    const [id, value] = [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    if (at < 1 || id === '' || value === '') {
      throw new Error(
        `${form.name}: entry ${index + 1} is not of the form shopId${form.separator}…`,
      );
    }
    pairs.set(id, value);
  }
  return pairs;
}
