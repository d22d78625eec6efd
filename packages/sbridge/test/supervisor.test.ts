// @module-tag slow
// The command line as processes: signals, what ends a job from within, and what its standard streams carry.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import sqlite from 'node-sqlite3-wasm'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { supervise } from '../src/cli/supervisor.js'
import { linearNetwork, QUICK_TO_START } from './onnx.js'

const bin = fileURLToPath(new URL('../bin/sbridge.js', import.meta.url))
const QUICK = ['--bandwidth', '0.5', '--scaling', 'standard', '--seed', '1']
const LINUX = process.platform === 'linux'

let folder: string
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content)
  return name
}
const rows = (count: number, columns: string): string =>
  `${columns}\n${Array.from({ length: count }, (_, i) =>
    columns
      .split(',')
      .map((_, k) => Math.sin(12.9898 * i + 78.233 * k + 1).toFixed(3))
      .join(',')
  ).join('\n')}\n`

/** The rows of a table, so many times. */
const again = (times: number, csv: string): string => csv + csv.slice(csv.indexOf('\n') + 1).repeat(times - 1)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sbridge-supervisor-'))
  file('t.csv', rows(60, 'x,y'))
  file('four.csv', rows(40, 'a,b,c,d'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a command of the shell, in which `$sbridge` is the program. */
function shell(words: string, env: Record<string, string> = {}): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, sbridge: `${process.execPath} ${bin}`, ...env },
    maxBuffer: 1e8
  })
  return { status, stdout, stderr }
}

/** A job that runs a module of the user's own: the one place where a test can make anything happen in its thread. */
function jobWith(module: string): string[] {
  return ['sample', 't.csv', '-n', '5', '-o', 'out.csv', ...QUICK, '--likelihood', file('module.mjs', module)]
}
const likelihood = 'export const logLikelihood = ({ x }) => -x * x\n'

interface Ended {
  readonly code: number | null
  readonly stderr: string
}

/** Starts the program, sends a signal once `words` have been said, and waits for the end; a job that goes on is killed. */
function interrupt(args: readonly string[], words: string, signal: 'SIGINT' | 'SIGTERM', atSignal = () => {}): Promise<Ended> {
  const child: ChildProcess = spawn(process.execPath, [bin, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let sent = false
  const hear = (piece: Buffer): void => {
    said += piece.toString()
    if (sent || !said.includes(words)) return
    sent = true
    atSignal()
    child.kill(signal)
    setTimeout(() => child.kill('SIGKILL'), 20_000).unref()
  }
  child.stdout!.on('data', hear)
  child.stderr!.on('data', hear)
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stderr: said }))
  })
}

describe('a signal ends any job', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s, in a loop that never gives way', async (signal) => {
    const job = jobWith("export function logLikelihood() { process.stderr.write('looping'); for (;;); }")
    const before = readdirSync(folder)
    const { code, stderr } = await interrupt(job, 'looping', signal)
    expect(stderr).toContain('sbridge: interrupted; no file is half-written')
    expect(code).toBe(130)
    expect(readdirSync(folder)).toEqual(before)
  })

  it('while a file is half-written, of which nothing stays', async () => {
    const job = jobWith(`import fs from 'node:fs/promises'
      import { syncBuiltinESMExports } from 'node:module'
      fs.rename = () => { process.stderr.write('renaming'); for (;;); }
      syncBuiltinESMExports()
      ${likelihood}`)
    const before = readdirSync(folder)
    let during: string[] = []
    const { code } = await interrupt(job, 'renaming', 'SIGINT', () => {
      during = readdirSync(folder)
    })
    expect(during.length).toBe(before.length + 1)
    expect(code).toBe(130)
    expect(readdirSync(folder)).toEqual(before)
  })

  it('and the server of the studio', async () => {
    expect((await interrupt(['studio', '--port', '0'], 'Ctrl+C', 'SIGINT')).code).toBe(130)
  })

  it.skipIf(!LINUX)('even one that waits in the kernel, which no thread can be called back from', async () => {
    spawnSync('mkfifo', [join(folder, 'never.csv')])
    const child = spawn(process.execPath, [bin, 'info', 'never.csv'], { cwd: folder, stdio: 'ignore' })
    // Nobody ever writes there; what starts up in this time does not matter: a signal before it ends the program too.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const ended = new Promise((resolve) => {
      child.on('exit', (code, signal) => resolve([code, signal]))
    })
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), 20_000).unref()
    // A shell says 130 of both.
    expect([
      [130, null],
      [null, 'SIGINT']
    ]).toContainEqual(await ended)
  })
})

describe('the supervisor waits less than a second, by its own clock', () => {
  const signals = ['SIGINT', 'SIGTERM'] as const
  const before = signals.map((signal) => process.listeners(signal))
  afterEach(async () => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    signals.forEach((signal, s) => {
      for (const listener of process.listeners(signal)) if (!before[s]!.includes(listener)) process.removeListener(signal, listener)
    })
  })

  /** A job that has begun a file and never gives way; the clock stands still. */
  async function started() {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never)
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const path = join(folder, '.sbridge-begun.tmp')
    file('.sbridge-begun.tmp', 'half a ro')
    const job = file(
      'job.mjs',
      `import { parentPort } from 'node:worker_threads'
      parentPort.postMessage({ kind: 'temporary', path: ${JSON.stringify(path)}, stands: true })
      parentPort.postMessage({ kind: 'say', bytes: new TextEncoder().encode('begun') })
      for (;;);`
    )
    supervise(pathToFileURL(join(folder, job)), [])
    while (said.mock.calls.length === 0) await new Promise((resolve) => setImmediate(resolve))
    return { exit, kill, path }
  }

  it.each(signals)('%s: a thread that gives way ends the process, and no time passes', async (signal) => {
    const { exit, kill, path } = await started()
    process.emit(signal)
    while (exit.mock.calls.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(exit.mock.calls).toEqual([[130]])
    expect(kill).not.toHaveBeenCalled()
    expect(existsSync(path)).toBe(false)
  })

  it.each(signals)('%s: one that does not is left to itself, once; a second signal does not begin anew', async (signal) => {
    const ended: Worker[] = []
    const terminate = vi.spyOn(Worker.prototype, 'terminate').mockImplementation(function (this: Worker) {
      ended.push(this)
      return new Promise(() => {})
    })
    const { exit, kill, path } = await started()
    process.emit(signal)
    expect(terminate).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(500)
    expect(kill).not.toHaveBeenCalled()
    process.emit(signal)
    vi.advanceTimersByTime(499)
    expect(kill.mock.calls).toEqual([[process.pid, 'SIGINT']])
    expect(process.listeners('SIGINT')).toEqual([])
    expect([terminate.mock.calls.length, exit.mock.calls.length, existsSync(path)]).toEqual([1, 0, false])
    terminate.mockRestore()
    await ended[0]!.terminate()
  })
})

/** Processor seconds that a process has used, all its threads; undefined once it is gone. Ticks are 1/100 s. @source proc(5) */
function processorSeconds(pid: number): number | undefined {
  try {
    const words = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return words[0] === 'Z' ? undefined : (Number(words[11]) + Number(words[12])) / 100
  } catch {
    return undefined
  }
}

describe.skipIf(!LINUX)('every verb, in the midst of its work, ends within a second of its own and leaves nothing', () => {
  const at = (k: number) => ['--seed', '1', '--threads', '1', ...(k > 0 ? ['-n', String(k)] : [])]
  const verbs: [name: string, args: string[]][] = [
    ['sample', ['sample', 'large.csv', '-o', 'out.csv', '--report', 'out.html', ...at(50)]],
    ['sample, conditions', ['sample', 'large.csv', '--observe', 'a + b = 0.4 ± 0.1', '-o', 'out.parquet', ...at(50)]],
    ['sample, neighbourhoods', ['sample', 'large.csv', '--local', 'auto', '-o', 'out.csv', ...at(50)]],
    ['sample, a codec', ['sample', 'large.csv', '--latent', 'autoencoder:3', '-o', 'out.csv', ...at(50)]],
    ['sample, a database', ['sample', 'large.csv', '-o', 'sqlite:out.db', ...at(50)]],
    ['fit', ['fit', 'large.csv', '-o', 'out.sbridge', ...at(0)]],
    ['info', ['info', 'longest.csv']],
    ['evaluate', ['evaluate', 'large.csv', 'other.csv', '--report', 'out.html', ...at(0)]],
    ['impute', ['impute', 'gaps.csv', '-o', 'out.csv', '--model', 'out.sbridge', ...at(0)]],
    ['score', ['score', 'large.csv', '-o', 'out.csv', '--report', 'out.html', ...at(0)]],
    ['embed', ['embed', 'long.csv', '-k', '2', '-o', 'out.csv', ...at(0)]],
    ['lift', ['lift', 'embedding.sbridge', 'places.csv', '-o', 'out.csv', '--threads', '1']],
    ['forecast', ['forecast', 'large.csv', '--steps', '50', '-o', 'out.csv', ...at(50)]],
    ['trajectories', ['trajectories', 'snapshots.csv', '--time', 't', '--reference', 'lotka-volterra', '-o', 'out.csv', ...at(50)]],
    ['shards plan', ['shards', 'plan', 'sample', 'large.csv', '-o', 'out.csv', '--shards', '2', '--plan', 'out.json', ...at(40000)]],
    ['shards run', ['shards', 'run', 'plan.json', '--shard', '1/2', '--threads', '1']],
    ['bridge', ['bridge', 'large.csv', 'other.csv', '-o', 'out.csv', '--coupling', 'pairs.csv', ...at(50)]],
    ['compare', ['compare', 'large.csv', 'other.csv', ...at(0)]]
  ]
  const everything = () => readdirSync(folder, { recursive: true }).sort()

  beforeAll(() => {
    file('large.csv', rows(3000, 'a,b,c,d,e,f,g,h'))
    file('other.csv', rows(3100, 'a,b,c,d,e,f,g,h'))
    file('long.csv', rows(120_000, 'a,b'))
    file('longest.csv', again(100, rows(20_000, 'a,b,c,d')))
    file('places.csv', again(20, rows(10_000, 'coordinate_1,coordinate_2')))
    file('gaps.csv', rows(3000, 'a,b,c,d,e,f,g,h').replace(/^([^,\n]*7,)[^,\n]*/gm, '$1'))
    const places = rows(2000, 'x,y').trim().split('\n').slice(1)
    file('snapshots.csv', `t,x,y\n${places.map((place, i) => `${i % 8},${place.replaceAll('-', '')}`).join('\n')}\n`)
    const quick = `--threads 1 ${QUICK.join(' ')}`
    expect(shell('$sbridge embed four.csv -k 2 -o out.csv --model embedding.sbridge --seed 1 --threads 1').status).toBe(0)
    const plan = '-n 40000 --steps 500 --shards 2 --plan plan.json -o merged.csv'
    expect(shell(`rm out.csv; $sbridge shards plan sample four.csv ${plan} ${quick}`).status).toBe(0)
  })

  it.each(verbs)('%s', async (_, args) => {
    const before = everything()
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr!.on('data', (piece: Buffer) => {
      said += piece.toString()
    })
    const ended = new Promise<[number | null, string | null]>((resolve) => {
      child.on('close', (code, signal) => resolve([code, signal]))
    })
    const nap = () => new Promise((resolve) => setTimeout(resolve, 10))
    // The start takes 0.25 s of a processor: the rest is work.
    const ENOUGH = 0.4
    let used = 0
    for (let now: number | undefined = 0; now !== undefined && now < ENOUGH; now = processorSeconds(child.pid!)) {
      used = now
      await nap()
    }
    const from = processorSeconds(child.pid!)
    child.kill('SIGTERM')
    const end = setTimeout(() => child.kill('SIGKILL'), 20_000)
    for (let now = from; now !== undefined; now = processorSeconds(child.pid!)) {
      used = now
      await nap()
    }
    clearTimeout(end)
    expect(await ended).toEqual([130, null])
    expect(said).toMatch(/(^|\n)\nsbridge: interrupted; no file is half-written\n$/)
    expect(used - from!).toBeLessThan(1)
    expect(everything()).toEqual(before)
  })
})

describe('a database that is being written', () => {
  const words = (name: string) => ['sample', 't.csv', '-n', '150000', '--steps', '1', ...QUICK, '-o', `sqlite:${name}`, '--append']
  const standing = (name: string) => readdirSync(folder).filter((one) => one.startsWith(name) || one.startsWith('.sbridge'))
  /** Interrupts once rows are on their way into the file. */
  const interrupted = (name: string, at: () => boolean): Promise<Ended> => {
    const child = spawn(process.execPath, [bin, ...words(name)], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr!.on('data', (piece: Buffer) => {
      stderr += piece.toString()
    })
    const watch = setInterval(() => {
      if (!at()) return
      clearInterval(watch)
      child.kill('SIGINT')
    }, 2)
    return new Promise((resolve) => {
      child.on('close', (code) => {
        clearInterval(watch)
        resolve({ code, stderr })
      })
    })
  }

  it('for the first time: there is no file', async () => {
    const { code, stderr } = await interrupted('new.db', () => standing('.sbridge').length > 0)
    expect([code, stderr]).toEqual([130, '\nsbridge: interrupted; no file is half-written\n'])
    expect(standing('new.db')).toEqual([])
  })

  it('a query that takes longer than it may ends, and nobody is locked out', () => {
    expect(shell(`$sbridge sample t.csv -n 10 ${QUICK.join(' ')} -o sqlite:long.db`).status).toBe(0)
    const endless = "'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) AS n FROM c'"
    const { status, stderr } = shell(`$sbridge sample sqlite:long.db --query ${endless} --query-seconds 0.2 -o x.csv`)
    expect(stderr).toContain('got a query that took longer than it may')
    // The driver of Node is native code, which ends with the process alone: 128 + SIGKILL.
    expect(status).toBe(Number(process.versions.node.split('.')[0]) >= 23 ? 137 : 2)
    expect(shell(`$sbridge sample sqlite:long.db --table rows --query-seconds 60 -n 10 ${QUICK.join(' ')} -o x.csv`).status).toBe(0)
    expect(standing('long.db')).toEqual(['long.db'])
  })

  it('with rows in it: those are there, no more, and nobody is locked out', async () => {
    expect(shell(`$sbridge sample t.csv -n 10 ${QUICK.join(' ')} -o sqlite:old.db`).status).toBe(0)
    const { code } = await interrupted('old.db', () => standing('old.db').includes('old.db-journal'))
    expect(code).toBe(130)
    expect(standing('old.db')).toEqual(['old.db'])
    const database = new sqlite.Database(join(folder, 'old.db'))
    expect(database.all('SELECT count(*) AS n FROM rows')).toEqual([{ n: 10 }])
    database.close()
  })
})

describe('a job that ends from within says why, and its code is handed on', () => {
  interface Case {
    readonly module: string
    readonly code: number
    readonly words: RegExp
    /** Of Node. */
    readonly options?: string
  }
  const cases: [name: string, module: string, code: number, words: RegExp][] = [
    [
      'an error in a callback of a module',
      `setTimeout(() => { throw new Error('too late') }, 0)\n${likelihood}`,
      2,
      /an error thrown by the module module\.mjs outside any call of it \(Error: too late, at file:.*module\.mjs:1:\d+\)/
    ],
    [
      'a promise that nobody awaits',
      `export function logLikelihood({ x }) { Promise.reject(new Error('unheard')); return -x * x }`,
      2,
      /module\.mjs outside any call of it \(Error: unheard/
    ],
    [
      'a reason that is no error',
      `export function logLikelihood({ x }) { Promise.reject('just words'); return -x * x }`,
      2,
      /module\.mjs outside any call of it \(just words\)/
    ],
    ['a module that ends the process', `setTimeout(() => process.exit(7), 0)\n${likelihood}`, 7, /ended by itself, with code 7/],
    [
      'memory of WebAssembly that is refused',
      `WebAssembly.Memory = function () { throw new RangeError('WebAssembly.Memory(): could not allocate memory') }\n${likelihood}`,
      3,
      /addresses do not suffice.*ulimit -v/s
    ],
    [
      'a buffer that is refused',
      "export function logLikelihood() { queueMicrotask(() => { throw new RangeError('Array buffer allocation failed') }); return 0 }",
      2,
      /allocation failed/
    ]
  ]
  const check = ({ module, code, words, options }: Case): void => {
    const before = readdirSync(folder).filter((name) => name !== 'module.mjs')
    const run = spawnSync(process.execPath, [bin, ...jobWith(module)], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, ...(options === undefined ? {} : { NODE_OPTIONS: options }) }
    })
    expect(run.stderr).toMatch(words)
    expect(run.stderr.match(/sbridge: /g)).toHaveLength(1)
    expect(run.stderr).not.toMatch(/mistake in sbridge|^ {4}at /m)
    expect(run.status).toBe(code)
    expect(readdirSync(folder).filter((name) => name !== 'module.mjs')).toEqual(before)
  }
  it.each(cases)('%s', (_, module, code, words) => check({ module, code, words }))

  // Now and then V8 comes to its limit between two looks at whether the thread is to end, and then ends the process itself.
  it('memory of Node that runs out', { retry: 4 }, () =>
    check({
      module: 'let last = null\nexport function logLikelihood() { for (;;) last = { last } }',
      code: 1,
      words: /more memory than Node gives it.*--max-old-space-size/s,
      options: '--max-old-space-size=48'
    })
  )

  it.skipIf(!LINUX).each([
    ['no file handles', 'ulimit -n 24', /no file handle left.*ulimit -n/s],
    ['no addresses', 'ulimit -v 1500000', /for the addresses of a process.*ulimit -v/s]
  ])('%s', (_, limit, words) => {
    const run = shell(`${limit}; $sbridge info t.csv`)
    expect(run.stderr).toMatch(words)
    expect(run.stderr).not.toMatch(/^ {4}at /m)
    expect(run.status).toBe(1)
  })
})

describe('standard streams carry what they would in one thread', () => {
  it('standard input and output have the bytes of files, whoever is slow', () => {
    const draw = `-n 42000 --steps 1 ${QUICK.join(' ')}`
    expect(shell(`$sbridge sample four.csv ${draw} -o file.csv`).status).toBe(0)
    const piped = shell(`cat four.csv | $sbridge sample - ${draw} -o - | (sleep 1; cat) > piped.csv`)
    expect(piped.stderr).toMatch(/^42000 rows/)
    const bytes = readFileSync(join(folder, 'file.csv'))
    // More than one message between the threads.
    expect(bytes.length).toBeGreaterThan(1 << 20)
    expect(readFileSync(join(folder, 'piped.csv')).equals(bytes)).toBe(true)
    const cut = shell(`($sbridge sample four.csv ${draw} -o - ; echo "code $?" >&2) | head -1`)
    expect(cut.stdout).toBe(`${bytes.toString().split('\n')[0]}\n`)
    expect(cut.stderr).toMatch(/^42000 rows(.|\n)*code 0\n$/)
    expect(cut.stderr).not.toContain('sbridge: ')
  })

  describe.skipIf(!existsSync('/usr/bin/script'))('a terminal', () => {
    const inTerminal = (words: string): string => shell(`script -qec "${words}" /dev/null`).stdout

    it('is as wide as help', () => {
      for (const columns of [100, 120]) {
        const help = inTerminal(`stty cols ${columns}; $sbridge --help`)
        const widest = Math.max(...help.split(/\r?\n/).map((line) => line.length))
        expect(Math.abs(widest - columns)).toBeLessThan(10)
      }
    })

    it('is no table', () => {
      expect(inTerminal('$sbridge info -')).toContain('standard input is a terminal')
    })

    it('shows progress', () => {
      expect(inTerminal(`$sbridge sample t.csv -n 5 -o out.csv ${QUICK.join(' ')}`)).toMatch(/100% · done/)
    })
  })

  it('networks run in the job’s thread', () => {
    file('encoder.onnx', linearNetwork(4, 2, [1, 0, 0, 1, 0.1, 0.2, 0.3, 0.1]))
    file('decoder.onnx', linearNetwork(2, 4, [1, 0, 1, 1, 0, 1, 1, -1]))
    const run = shell(`$sbridge sample four.csv --latent onnx:encoder.onnx,decoder.onnx -n 3 -o - ${QUICK.join(' ')}`, {
      sbridge: `${process.execPath} ${QUICK_TO_START} ${bin}`
    })
    expect([run.status, run.stdout.split('\n').length]).toEqual([0, 5])
  })
})
