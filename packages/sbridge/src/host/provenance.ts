import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isDatabase } from '../database/address.js'
import type { Provenance } from '../report/foot.js'
import { isObject } from './objects.js'

/** The day, and the SHA-256 of the files that were read; standard input, databases and objects of a store have none. `SOURCE_DATE_EPOCH` sets the day, for reports of the same bytes. */
export async function provenanceOf(paths: readonly (string | undefined)[]): Promise<Provenance> {
  const epoch = Number(process.env.SOURCE_DATE_EPOCH)
  const day = process.env.SOURCE_DATE_EPOCH && Number.isFinite(epoch) ? new Date(1000 * epoch) : new Date()
  const files = await Promise.all(
    [...new Set(paths)]
      .filter((path) => path !== undefined && path !== '-' && !isDatabase(path) && !isObject(path))
      .map((path) => fingerprint(path!))
  )
  return { date: day.toISOString().slice(0, 10), files }
}

async function fingerprint(path: string): Promise<{ name: string; sha256: string }> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return { name: basename(path), sha256: hash.digest('hex') }
}
