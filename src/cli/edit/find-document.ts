import type { Paths } from '../context.ts';
import { badInput } from '../exit.ts';
import { allPlaces, describePlace, type Place, placesOf, readSpecDirectory } from '../files/spec-files.ts';

/** The one document that declares `name`; anything else is bad input. */
export async function findDocument(name: string, { specs }: Paths): Promise<Place> {
  const files = await readSpecDirectory(specs);
  const places = placesOf(files, name);
  const [place] = places;
  if (place === undefined) {
    const known = allPlaces(files).flatMap(({ document }) => document.name ?? []);
    throw badInput(`no document declares ${name} in ${specs} (there: ${known.join(', ') || 'none'})`);
  }
  if (places.length > 1) {
    throw badInput(`${places.length} documents are called ${name}: ${places.map(describePlace).join(', ')}; keep one`);
  }
  return place;
}
