// plant-hooks: a module loader that replaces one expression of one file (plants.mjs registers it).
let planted = null;

export function initialize(data) {
  planted = data;
}

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (url !== planted.url) return loaded;
  return { ...loaded, source: String(loaded.source).split(planted.from).join(planted.to) };
}
