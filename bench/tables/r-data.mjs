// Data frames out of Debian's packages of R, without R: what `save()` and R's lazy-load databases write.
// @source R Core Team, "R internals", section 1.8, serialization formats.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, inflateSync } from 'node:zlib'

const PLACES = ['usr/lib/R/site-library', 'usr/lib/R/library']

/** A data frame of an unpacked package as a raw table; undefined where it is not there. */
export function dataFrame(root, name) {
  const [packageName, frame] = name.split('::')
  for (const place of PLACES) {
    const folder = join(root, place, packageName, 'data')
    if (existsSync(join(folder, 'Rdata.rdx'))) return rawTable(fromDatabase(join(folder, 'Rdata'), frame))
    const file = ['rda', 'RData'].map((end) => join(folder, `${frame}.${end}`)).find((path) => existsSync(path))
    if (file) return rawTable(pairs(unserialise(expanded(readFileSync(file)).subarray('RDX2\n'.length))).get(frame))
  }
  return undefined
}

function fromDatabase(path, frame) {
  const index = named(unserialise(gunzipSync(readFileSync(`${path}.rdx`))))
  const place = named(index.get('variables')).get(frame)
  if (!place) throw new Error(`${path}.rdx has no ${frame}`)
  const [from, length] = place.values
  return unserialise(chunk(readFileSync(`${path}.rdb`).subarray(from, from + length)))
}

/** Four bytes of length, then zlib; or a letter and another compression. */
function chunk(bytes) {
  const kind = String.fromCharCode(bytes[4])
  if (kind === '2') return through('bzip2', bytes.subarray(5))
  if (kind === 'Z') return through('xz', bytes.subarray(5), ['--format=raw', '--lzma2=preset=9e'])
  return inflateSync(bytes.subarray(4))
}

function expanded(bytes) {
  if (bytes[0] === 0x1f) return gunzipSync(bytes)
  return through(bytes[0] === 0x42 ? 'bzip2' : 'xz', bytes)
}

function through(program, input, more = []) {
  const { status, stdout, stderr } = spawnSync(program, ['-dc', ...more], { input, maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`${program}: ${stderr}`)
  return stdout
}

const pairs = (list) => new Map(list.items.map(({ tag, value }) => [tag, value]))
const named = (vector) => new Map(attribute(vector, 'names').values.map((name, k) => [name, vector.values[k]]))
const attribute = (value, name) => value.attributes?.items.find(({ tag }) => tag === name)?.value

/** An R value: vectors as `{ values, attributes }`, pair lists as `{ items }`, symbols as strings. */
function unserialise(bytes) {
  if (bytes.toString('latin1', 0, 2) !== 'X\n') throw new Error('not the binary serialisation of R')
  let at = 2
  const int = () => {
    at += 4
    return bytes.readInt32BE(at - 4)
  }
  const double = () => {
    at += 8
    return bytes.readDoubleBE(at - 8)
  }
  const text = (length) => {
    at += length
    return bytes.toString('utf8', at - length, at)
  }
  const references = []
  const remember = (value) => {
    references.push(value)
    return value
  }
  const version = int()
  at += 8
  if (version === 3) text(int())

  const vector = (read) => Array.from({ length: int() }, read)
  const pairList = (flags) => {
    const items = []
    let head = flags
    while ((head & 0xff) === 2) {
      if (head & 0x200) item()
      const tag = head & 0x400 ? item() : undefined
      items.push({ tag, value: item() })
      head = int()
    }
    return { items }
  }
  const READERS = {
    1: () => remember(item()),
    4: () => {
      int()
      const environment = remember({})
      for (let part = 0; part < 4; part++) item()
      return environment
    },
    9: () => {
      const length = int()
      return length < 0 ? null : text(length)
    },
    10: () => vector(int),
    13: () => vector(int),
    14: () => vector(double),
    16: () => vector(item),
    19: () => vector(item),
    20: () => vector(item),
    238: () => alternative()
  }
  /** A compact vector: a sequence, or a wrapper. */
  function alternative() {
    const name = item().items[0].value
    const state = item()
    item()
    if (name === 'compact_intseq' || name === 'compact_realseq') {
      const [length, first, step] = state.values
      return Array.from({ length }, (_, k) => first + k * step)
    }
    return state.values ?? state.items[0].value.values
  }
  function item() {
    const flags = int()
    const type = flags & 0xff
    if (type === 254 || type === 242 || type === 241 || type === 253 || type === 251) return undefined
    if (type === 255) return references[(flags >> 8 || int()) - 1]
    if (type === 2) return pairList(flags)
    if (type === 6) {
      if (flags & 0x200) item()
      if (flags & 0x400) item()
      return { items: [{ value: item() }, ...(item()?.items ?? [])] }
    }
    const read = READERS[type]
    if (!read) throw new Error(`R's type ${type} is not read here`)
    const values = read()
    if (type === 1 || type === 9 || type === 4) return values
    return { type, values, attributes: flags & 0x200 ? item() : undefined }
  }
  return item()
}

const NA_INTEGER = -2147483648

/** A data frame: factors and text as text, logical values as booleans, anything else as numbers; row names are left out. */
function rawTable(frame) {
  const names = attribute(frame, 'names').values
  const columns = frame.values.map((vector, c) => rawColumn(names[c], vector))
  return { columns, rowCount: columns[0].values.length }
}

function rawColumn(name, vector) {
  const { type, values } = vector
  const levels = attribute(vector, 'levels')?.values
  if (levels) return { name, source: 'text', values: values.map((code) => (code === NA_INTEGER ? null : levels[code - 1])) }
  if (type === 16) return { name, source: 'text', values }
  if (type === 10) return { name, source: 'boolean', values: values.map((value) => (value === NA_INTEGER ? null : value === 1)) }
  const missing = Uint8Array.from(values, (value) => ((type === 13 ? value === NA_INTEGER : Number.isNaN(value)) ? 1 : 0))
  const numbers = Float64Array.from(values, (value, i) => (missing[i] ? 0 : value))
  return { name, source: 'number', values: numbers, integer: type === 13, ...(missing.includes(1) ? { missing } : {}) }
}
