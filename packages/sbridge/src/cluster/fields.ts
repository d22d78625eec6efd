import { type Field, whole } from '@sbridge/core/internal'

const shared: Field = {
  name: 'shared',
  kind: 'text',
  unit: 'FOLDER',
  range: 'a folder that all machines see, wherever each has it, or s3://BUCKET/FOLDER',
  default: 'the working folder',
  sentence: 'Where the plan, the model and the shards stand.'
}

/** Options of draws on a cluster. */
export const clusterFields: readonly Field[] = [
  {
    name: 'cluster',
    kind: 'text',
    unit: 'URL',
    range: 'redis://USER:PASSWORD@HOST:PORT/NUMBER, or rediss:// with TLS',
    default: 'none: drawn here',
    sentence: 'Has the rows drawn by the workers that listen there (sbridge worker), with the bytes of one machine.'
  },
  shared
]

/** Options of workers. */
export const workerFields: readonly Field[] = [
  {
    name: 'concurrency',
    ...whole(1, 256),
    unit: 'shards',
    default: 'all cores',
    sentence: 'Shards that a worker draws at once, one thread each.'
  },
  {
    name: 'lease',
    kind: 'number',
    unit: 'seconds',
    range: 'a number from 1 to 3600',
    default: '30',
    minimum: 1,
    maximum: 3600,
    sentence:
      'How long nothing may be heard of a worker until its shards go to others; a shard that is lost so more than three times is given up.'
  },
  {
    name: 'module',
    kind: 'text',
    unit: 'NAME=FILE',
    range: 'a name and a module of code, as like=like.mjs; repeatable',
    default: 'none: no code is run',
    repeatable: true,
    sentence: 'Code that draws may name (sample --likelihood like.mjs); it is run where the file is the very one of the draw.'
  },
  {
    name: 'metricsPort',
    kind: 'integer',
    range: 'a whole number from 0 to 65535; 0 takes a free one',
    default: 'none: no metrics',
    minimum: 0,
    maximum: 65_535,
    sentence: 'Port on which a worker tells Prometheus of itself (/metrics).'
  },
  {
    name: 'metricsHost',
    kind: 'text',
    range: 'an address of this machine, with --metrics-port',
    default: '127.0.0.1',
    sentence: 'Address of that port.'
  }
]

/** The folder that is shared, as `sbridge worker` has it too. */
export const sharedField = shared
