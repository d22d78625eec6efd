import { arch, cpus, hostname } from 'node:os'
import { FormatError, InputError } from '@sbridge/core'
import { writeAtomically } from '../format/atomic-file.js'
import { checkWritable } from '../format/outputs.js'
import { readBytes } from '../format/table-file.js'
import { inFolder, namesIn } from './folder.js'
import { arrayText, type ShardPlan, sha256 } from './plan.js'
import { ShardError } from './shard-error.js'

/** What is said of a result: one line of JSON beside it. */
export interface Manifest {
  readonly shard: number
  readonly sha256: string
  readonly bytes: number
  readonly seconds: number
  readonly host: string
  /** Kind of processor: engines other than float64 `wasm` and `reference` give the same bytes on one kind only. */
  readonly processor: string
}

/** Asked once: the system is slow to tell. */
export const PROCESSOR = `${cpus()[0]?.model ?? 'unknown'} ${arch()}`

/** What results are asked about of a plan. */
type Results = Pick<ShardPlan, 'engine' | 'precision' | 'shards'>

const nameOf = ({ shard, sha256: hash }: Pick<Manifest, 'shard' | 'sha256'>): string => `${shard}.${hash}`

/** Writes what a shard drew, then its manifest; each carries its name only when whole. */
export async function writeResult(
  folder: string,
  shard: number,
  result: { readonly bytes: Uint8Array; readonly seconds: number }
): Promise<Manifest> {
  const { bytes, seconds } = result
  const manifest: Manifest = {
    shard,
    sha256: sha256(bytes),
    bytes: bytes.length,
    seconds: Math.round(1000 * seconds) / 1000,
    host: hostname(),
    processor: PROCESSOR
  }
  await writeAtomically(inFolder(folder, `${nameOf(manifest)}.batches`), bytes)
  await writeAtomically(inFolder(folder, `${nameOf(manifest)}.json`), `${JSON.stringify(manifest)}\n`)
  return manifest
}

/** The result of a shard, and whether it was drawn now. */
export interface ShardResult {
  readonly manifest: Manifest
  readonly drawn: boolean
}

/**
 * The result of a shard: that which is there, checked, unless it is to be drawn `again`, or nobody is to look (`unseen`); else it is
 * drawn and written. Throws `ShardError` (code `shard-differs`) where two runs disagree, `FormatError` (`shard-damaged`), and what
 * `draw` throws.
 */
export async function resultOf(
  at: { readonly folder: string; readonly shard: number; readonly again?: boolean | 'unseen' },
  draw: () => Promise<Uint8Array>
): Promise<ShardResult> {
  const { folder, shard, again = false } = at
  const found = async () => (await resultsIn(folder, shard)).get(shard) ?? []
  const before = again ? [] : await found()
  if (before.length > 0) {
    for (const manifest of before) await readResult(folder, manifest)
    refuseDifference(before)
    return { manifest: before[0]!, drawn: false }
  }
  await checkWritable(inFolder(folder, 'result'))
  const started = performance.now()
  const bytes = await draw()
  const manifest = await writeResult(folder, shard, { bytes, seconds: (performance.now() - started) / 1000 })
  // Whoever puts shards together looks for others that differ; listing a folder of thousands costs as much as writing the result.
  if (again === true) refuseDifference(await found())
  return { manifest, drawn: true }
}

/** Results of each shard that are there, or of one, those of different bytes side by side. Throws `InputError` (code `plan-folder`) without a folder. */
export async function resultsIn(folder: string, shard?: number): Promise<ReadonlyMap<number, readonly Manifest[]>> {
  const { names, length } = await namesIn(folder)
  const found = new Map<number, Manifest[]>()
  const form = new RegExp(`^${shard ?? '\\d+'}\\.[0-9a-f]{64}\\.json$`)
  for (const name of names.filter((one) => form.test(one))) {
    const manifest = await manifestIn(folder, name, length)
    if (manifest) found.set(manifest.shard, [...(found.get(manifest.shard) ?? []), manifest])
  }
  return found
}

/** A manifest whose result is there in its length; undefined otherwise: the shard counts as missing. */
async function manifestIn(folder: string, name: string, length: (name: string) => Promise<number>): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(new TextDecoder().decode(await readBytes(inFolder(folder, name)))) as Manifest
    const bytes = await length(`${nameOf(manifest)}.batches`)
    return bytes === manifest.bytes && name === `${nameOf(manifest)}.json` ? manifest : undefined
  } catch {
    return undefined
  }
}

/** Shards of a plan without a result, in order. */
export function missingShards({ shards }: Results, results: ReadonlyMap<number, readonly Manifest[]>): number[] {
  return Array.from({ length: shards }, (_, i) => i + 1).filter((shard) => !results.has(shard))
}

/** The one result of every shard. Throws `InputError`: `shards-missing`, `shards-mixed`; `ShardError`: `shard-differs`. */
export function completeResults(plan: Results, results: ReadonlyMap<number, readonly Manifest[]>): readonly Manifest[] {
  const missing = missingShards(plan, results)
  if (missing.length > 0)
    throw new InputError({
      code: 'shards-missing',
      got: `${plan.shards - missing.length} of ${plan.shards} shards; missing: ${arrayText(missing)}`,
      expected: 'all of them',
      try: '`sbridge shards run` for those; nothing was written'
    })
  for (const found of results.values()) refuseDifference(found)
  const all = Array.from({ length: plan.shards }, (_, i) => results.get(i + 1)![0]!)
  refuseMixed(plan, all)
  return all
}

/** Throws `InputError` (code `shards-mixed`) where results of an engine that is not the same everywhere are from several kinds of processor. */
export function refuseMixed(plan: Results, all: readonly Manifest[]): void {
  const other = all.find(({ processor }) => processor !== all[0]!.processor)
  if (other && !sameEverywhere(plan))
    throw new InputError({
      code: 'shards-mixed',
      got: `shards of the engine ${plan.engine} in ${plan.precision} from ${all[0]!.processor} (${all[0]!.host}) and from ${other.processor} (${other.host})`,
      expected: 'one kind of processor: on others this engine gives other last digits',
      try: 'running the shards of one of them again on the other, or planning with --engine wasm --precision float64'
    })
}

/** Whether the engine gives the same bytes on every host. */
export const sameEverywhere = ({ engine, precision }: Results): boolean =>
  engine === 'reference' || (engine === 'wasm' && precision === 'float64')

/** Throws `ShardError` (code `shard-differs`) where two runs of a shard disagree; both are kept. */
export function refuseDifference(found: readonly Manifest[], what = `shard ${found[0]?.shard}`): void {
  const [one, other] = found
  if (!one || !other) return
  const words = ({ sha256: hash, host, processor }: Manifest) => `${hash.slice(0, 12)}… on ${host} (${processor})`
  throw new ShardError({
    code: 'shard-differs',
    got: `${what} with two results, ${words(one)} and ${words(other)}`,
    expected: 'the same bytes from every host',
    try: `finding out which host is wrong (another version of Node, memory that fails), and removing its ${one.shard}.<hash> files; both are kept`
  })
}

/** The bytes of a result. Throws `FormatError` (code `shard-damaged`) where they are not what was written. */
export async function readResult(folder: string, manifest: Manifest): Promise<Uint8Array> {
  const path = inFolder(folder, `${nameOf(manifest)}.batches`)
  const bytes = await readBytes(path)
  if (sha256(bytes) === manifest.sha256) return bytes
  throw new FormatError({
    code: 'shard-damaged',
    got: `${path}, whose bytes are not those of its hash`,
    expected: 'the file as it was written',
    try: `removing it and \`sbridge shards run\` with --shard ${manifest.shard}`
  })
}
