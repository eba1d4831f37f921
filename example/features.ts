import {
  bool,
  days,
  entity,
  featureService,
  featureView,
  fileSource,
  float32,
  float64,
  int64,
  list,
  onDemandFeatureView,
  pushSource,
  requestSource,
  string,
} from 'salver';

export const driver = entity({
  name: 'driver',
  joinKey: 'driver_id',
  type: int64,
  description: 'A person who drives for the company.',
});

export const customer = entity({
  name: 'customer',
  joinKey: 'customer_id',
  type: string,
  description: 'A person who orders trips.',
});

export const driverStats = fileSource({
  name: 'driver_stats_source',
  path: 'data/driver_stats.parquet',
  timestampField: 'event_timestamp',
  createdTimestampColumn: 'created',
  description: 'Hourly statistics of every driver.',
});

export const driverProfileChanges = fileSource({
  name: 'driver_profile_source',
  path: 'data/driver_profile.parquet',
  timestampField: 'event_timestamp',
  description: 'What drivers drive and when they work, once a day.',
});

export const driverCustomerStats = fileSource({
  name: 'driver_customer_stats_source',
  path: 'data/driver_customer_stats.parquet',
  timestampField: 'event_timestamp',
  createdTimestampColumn: 'created',
  description: 'Daily statistics of every driver with every customer.',
});

/** Rows sent to POST /push, until the next batch holds them too. */
export const driverStatsPush = pushSource({
  name: 'driver_stats_push_source',
  batchSource: driverStats,
});

/** What a model knows of a trip only when it is asked. */
export const tripRequest = requestSource({
  name: 'trip_request',
  schema: { distance_km: float64, rush_hour: bool },
});

const statistics = {
  conv_rate: float32({ description: 'Share of offered trips that were taken.' }),
  acc_rate: float32({ description: 'Share of taken trips that were accepted at once.' }),
  avg_daily_trips: int64({ description: 'Mean number of trips a day.' }),
};

export const driverHourlyStats = featureView({
  name: 'driver_hourly_stats',
  entities: [driver],
  ttl: days(365),
  schema: statistics,
  source: driverStats,
  online: true,
  tags: { team: 'driver_performance' },
});

export const driverHourlyStatsFresh = featureView({
  name: 'driver_hourly_stats_fresh',
  entities: [driver],
  ttl: days(365),
  schema: statistics,
  source: driverStatsPush,
  online: true,
  tags: { team: 'driver_performance' },
});

export const driverProfile = featureView({
  name: 'driver_profile',
  entities: [driver],
  ttl: days(365),
  schema: {
    vehicle: string({ description: 'What the driver drives.' }),
    on_shift: bool({ description: 'Whether the driver is at work.' }),
    recent_ratings: list(int64, { description: 'The last ratings, 1 to 5, newest first.' }),
  },
  source: driverProfileChanges,
  online: true,
  tags: { team: 'driver_performance' },
});

/** Of two entities: what one driver and one customer have had to do with each other. */
export const driverCustomerHistory = featureView({
  name: 'driver_customer_stats',
  entities: [driver, customer],
  ttl: days(365),
  schema: { trips: int64, mean_rating: float64, last_ratings: list(int64) },
  source: driverCustomerStats,
  online: true,
  tags: { team: 'matching' },
});

/** Computed when it is asked for: from what is stored, what the request brings, and what static_artifacts.ts has loaded. */
export const tripPrice = onDemandFeatureView({
  name: 'trip_price',
  sources: { profile: driverProfile.select('vehicle'), trip: tripRequest },
  schema: { price: float64({ description: 'What the trip costs; null for a driver who is not known.' }) },
  mode: 'row',
  transform: ({ profile, trip }, { artifacts }) => {
    const rate = artifacts.ratePerKm.get(profile.vehicle ?? '');
    if (rate === undefined || trip.distance_km === null) return { price: null };
    return { price: trip.distance_km * rate * (trip.rush_hour ? 1.25 : 1) };
  },
});

export const driverActivityV1 = featureService({
  name: 'driver_activity_v1',
  features: [driverHourlyStats.select('conv_rate', 'avg_daily_trips')],
  description: 'What the first ranking model reads.',
});

export const driverActivityV2 = featureService({
  name: 'driver_activity_v2',
  features: [driverHourlyStats],
  description: 'Every feature of the batch view.',
});

export const driverActivityV3 = featureService({
  name: 'driver_activity_v3',
  features: [driverHourlyStatsFresh],
  description: 'Every feature of the pushed view.',
});

export const driverCustomerMatch = featureService({
  name: 'driver_customer_match',
  features: [
    driverHourlyStats.select('acc_rate'),
    driverProfile.select('vehicle', 'on_shift').as('driver'),
    driverCustomerHistory.as('history'),
  ],
  description: 'What the matching model reads; with full feature names: driver__vehicle, history__trips.',
});
