import type { Redundancy, StationInfo } from '../backend';
import { pairOf } from './pair';

/** What people call the station of an id; the start of the id where it is neither of the pair. */
export function namesOf(station: StationInfo, redundancy: Redundancy): (id: string) => string {
  const { self, peer } = pairOf(station, redundancy);
  return (id) => {
    if (id === station.station_id) return self;
    if (id === redundancy.peer?.station_id) return peer;
    return id.slice(0, 8);
  };
}
