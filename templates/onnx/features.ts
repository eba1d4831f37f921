import {
  bool,
  entity,
  featureView,
  fileSource,
  float64,
  int64,
  onDemandFeatureView,
  requestSource,
  string,
} from 'salver';

export const driver = entity({ name: 'driver', joinKey: 'driver_id', type: int64 });

export const driverProfileSource = fileSource({
  name: 'driver_profile_source',
  path: 'data/driver_profile.parquet',
  timestampField: 'event_timestamp',
});

export const driverProfile = featureView({
  name: 'driver_profile',
  entities: [driver],
  schema: {
    vehicle: string,
    pace: float64({ description: 'Time that the driver takes, as a share of what others take.' }),
  },
  source: driverProfileSource,
});

/** What is known only when somebody asks. */
export const tripRequest = requestSource({
  name: 'trip_request',
  schema: { distance_km: float64, rush_hour: bool },
});

/** What the model of static_artifacts.ts makes of a driver and a trip, for all rows of a request at once. */
export const tripEstimate = onDemandFeatureView({
  name: 'trip_estimate',
  sources: { profile: driverProfile, trip: tripRequest },
  schema: { minutes: float64 },
  mode: 'columns',
  // A model holds up the thread that it computes in. This one is so small that it could do without a thread of its own; of
  // a larger one no other request notices anything, and it is cut off after transform_timeout_ms.
  heavy: true,
  transform: async ({ profile, trip }, { artifacts }) => {
    const rows = trip.distance_km.map((distance, at) => {
      const vehicle = artifacts.vehicles.get(profile.vehicle[at] ?? '');
      const pace = profile.pace[at] ?? null;
      return vehicle === undefined || pace === null || distance === null
        ? undefined
        : [distance, Number(trip.rush_hour[at]), ...vehicle, pace];
    });
    const minutes = [...(await artifacts.tripMinutes(rows.filter((row) => row !== undefined)))];
    return { minutes: rows.map((row) => (row === undefined ? null : (minutes.shift() ?? null))) };
  },
});
