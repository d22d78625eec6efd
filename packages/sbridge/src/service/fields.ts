import { type Field, whole } from '@sbridge/core/internal'

/** Options of the service, each described once. */
export const serviceFields: readonly Field[] = [
  {
    name: 'port',
    kind: 'integer',
    range: 'a whole number from 0 to 65535; 0 takes a free one',
    default: '8080',
    minimum: 0,
    maximum: 65_535,
    sentence: 'Port that the service listens on.'
  },
  {
    name: 'host',
    kind: 'text',
    range: 'an address of this machine; beyond itself only with --token-file',
    default: '127.0.0.1',
    sentence: 'Address that the service listens on.'
  },
  {
    name: 'tokenFile',
    kind: 'text',
    range: 'a file with one line of at least 16 characters',
    default: 'none: whoever reaches it may ask',
    sentence: 'The token that requests carry as `Authorization: Bearer …`.',
    source: 'RFC 6750'
  },
  {
    name: 'maxBody',
    kind: 'number',
    unit: 'megabytes',
    range: 'a number from 0.001 to 1000',
    default: '8',
    minimum: 0.001,
    maximum: 1000,
    sentence: 'Longest request; longer ones are refused with 413.'
  },
  {
    name: 'maxRows',
    ...whole(1, 10_000_000),
    unit: 'rows',
    default: '100000',
    sentence: 'Most rows of one answer or one request; more are refused with 422.'
  },
  {
    name: 'maxConditions',
    ...whole(1, 1_000_000),
    unit: 'conditions',
    default: '1000',
    sentence: 'Most conditions of one request; more are refused with 422.'
  },
  {
    name: 'maxInFlight',
    ...whole(1, 100_000),
    unit: 'requests',
    default: '256',
    sentence: 'Most requests that wait, run or are being sent; others are told when to come again, with 429.'
  },
  {
    name: 'maxSeconds',
    kind: 'number',
    unit: 'seconds',
    range: 'a number from 0.1 to 86400',
    default: '60',
    minimum: 0.1,
    maximum: 86_400,
    sentence: 'Longest time that one request may compute; then it ends with 503. On SIGTERM the service waits as long for those that run.'
  },
  {
    name: 'maxJobs',
    ...whole(1, 10_000),
    unit: 'jobs',
    default: '100',
    sentence: 'Most jobs that are kept, with their results; the oldest that has ended makes room.'
  },
  {
    name: 'jobSeconds',
    kind: 'number',
    unit: 'seconds',
    range: 'a number from 1 to 604800',
    default: '3600',
    minimum: 1,
    maximum: 604_800,
    sentence: 'Longest time that a job may compute.'
  }
]

/** The options, read. */
export interface ServiceOptions {
  readonly port: number
  readonly host: string
  readonly tokenFile?: string | undefined
  /** Megabytes. */
  readonly maxBody: number
  readonly maxRows: number
  readonly maxConditions: number
  readonly maxInFlight: number
  readonly maxSeconds: number
  readonly maxJobs: number
  readonly jobSeconds: number
}
