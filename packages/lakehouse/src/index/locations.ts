/** Bytes of one location: the file's id and the row's number, 32 bits each, little endian. */
const LOCATION_BYTES = 8;

/** The locations of a key as they are stored: one after the other, in no order. */
export type Locations = Buffer;

type Keep = (fileId: number, row: number) => boolean;

/** A key's only location. */
export const oneLocation = (fileId: number, row: number): Locations => {
  const locations = Buffer.allocUnsafe(LOCATION_BYTES);
  locations.writeUInt32LE(fileId, 0);
  locations.writeUInt32LE(row, 4);
  return locations;
};

/** Calls back with every location. */
export const forEachLocation = (locations: Locations, call: (fileId: number, row: number) => void): void => {
  for (let offset = 0; offset < locations.length; offset += LOCATION_BYTES) {
    call(locations.readUInt32LE(offset), locations.readUInt32LE(offset + 4));
  }
};

/** The locations that are to be kept, or null when there is none. */
export const keepLocations = (locations: Locations | undefined, keep: Keep): Locations | null => {
  const kept: Buffer[] = [];
  for (let offset = 0; offset < (locations?.length ?? 0); offset += LOCATION_BYTES) {
    const location = locations!.subarray(offset, offset + LOCATION_BYTES);
    if (keep(location.readUInt32LE(0), location.readUInt32LE(4))) kept.push(location);
  }
  return kept.length === 0 ? null : Buffer.concat(kept);
};

const includes = (locations: Locations, fileId: number, row: number): boolean => {
  for (let offset = 0; offset < locations.length; offset += LOCATION_BYTES) {
    if (locations.readUInt32LE(offset) === fileId && locations.readUInt32LE(offset + 4) === row) return true;
  }
  return false;
};

/** Locations before those of before that are to be kept. */
export const addLocations = (added: Locations, before: Locations | undefined, keep: Keep): Locations => {
  const kept = keepLocations(before, (id, row) => keep(id, row) && !includes(added, id, row));
  return kept === null ? added : Buffer.concat([added, kept]);
};
