// @module-tag slow
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFromSeed, normals } from '@sbridge/core/kernels'
import { parseHTML } from 'linkedom'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sbridge } from './command.js'

const SAMPLE = ['sample', 'line.csv', '-n', '20', '-o', 'rows.csv']
const QUICK = ['--scaling', 'standard', '--seed', '2', '--threads', '1']

/** What each kind of job prints: the arguments, keys of `--json` that others rely on, and names of facts. */
const JOBS: readonly (readonly [name: string, words: readonly string[], keys: readonly string[], facts: readonly string[]])[] = [
  [
    'all columns',
    [...SAMPLE, ...QUICK],
    ['rows', 'output', 'seed', 'epsilon', 'ratio', 'criterion', 'scaling', 'kernel', 'noise', 'steps', 'engine', 'threads', 'notes'],
    ['bandwidth ε', 'scaling', 'seed']
  ],
  [
    'given',
    [...SAMPLE, ...QUICK, '--bandwidth', '0.5', '--given', 'a=1'],
    ['conditional', 'warnings', 'epsilon', 'steps'],
    ['given a', 'effective rows', 'acceptance', 'effective sample size', 'nearest row']
  ],
  [
    'observed',
    [...SAMPLE, ...QUICK, '--bandwidth', '0.5', '--observe', 'a + c = 1 ± 0.5'],
    ['posterior', 'warnings'],
    ['rows that agree', 'bandwidth ε under what is known', 'effective rows', 'a + c = 1 ± 0.5']
  ],
  [
    'localised and observed',
    [...SAMPLE, ...QUICK, '--local', 'window:1', '--observe', 'a = 1 ± 0.1'],
    ['rows', 'seed', 'sweep', 'edges', 'choices', 'posterior', 'warnings'],
    ['sweep', 'pairs of neighbours', 'bandwidth ε given 1 neighbour', 'effective rows', 'a = 1 ± 0.1']
  ],
  [
    'latent and given',
    [...SAMPLE, ...QUICK, '--latent', 'pca:2', '--given', 'a=1'],
    ['rows', 'seed', 'dynamics', 'codec', 'epsilon', 'conditions'],
    ['codec', 'error of the codec, held-out rows', 'bandwidth ε', 'known through', 'given numbers met to']
  ],
  [
    'latent and localised',
    [...SAMPLE, ...QUICK, '--latent', 'pca:2', '--local', 'window:1'],
    ['rows', 'seed', 'codec', 'sweep', 'edges'],
    ['codec', 'sweep', 'pairs of neighbours']
  ],
  [
    'a diffusion map',
    ['embed', 'line.csv', '-k', '2', '-o', 'rows.csv'],
    ['output', 'rowCount', 'epsilon', 'dimension', 'eigenvalues', 'roundTrip'],
    ['coordinates', 'bandwidth ε', 'eigenvalues', 'round trip']
  ],
  [
    'gaps that are filled',
    ['impute', 'line.csv', '-o', 'rows.csv', '--seed', '2'],
    ['output', 'seed', 'filled', 'rowCount', 'donorCount', 'epsilon', 'ridge', 'masking', 'gaps', 'notes'],
    ['gaps', 'rows that gaps are filled from', 'bandwidth ε', 'ridge']
  ],
  [
    'a forecast',
    ['forecast', 'line.csv', '-n', '10', '--steps', '12', '-o', 'rows.csv', '--seed', '2'],
    ['output', 'members', 'steps', 'seed', 'pairCount', 'memory', 'choices'],
    ['transitions learned from', 'memory', 'bandwidth ε given 4 inputs']
  ],
  [
    'trajectories',
    [
      'trajectories',
      'snapshots.csv',
      '--time',
      't',
      '--reference',
      'linear',
      '--hold-out',
      '1',
      '-n',
      '5',
      '-o',
      'rows.csv',
      '--seed',
      '2'
    ],
    ['theta', 'sigma', 'history', 'ending', 'heldOut', 'seed'],
    ['reference', 'particles', 'A[x,y]', 'σ of x', 'held out 1']
  ]
]

/** Facts of a page that lines leave out where nobody asked for anything else, and all went as it always goes. */
const USUAL = ['scaling', 'kernel', 'categories', 'symmetric scaling', 'noise', 'start', 'steps']

describe('terminal, --json and report tell the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sbridge-telling-'))
  beforeAll(() => {
    const z = normals(keyFromSeed(4), 80 * 4)
    const rows = Array.from({ length: 80 }, (_, i) => {
      const x = [z[i * 4]!]
      for (let j = 1; j < 4; j++) x.push(0.8 * x[j - 1]! + 0.6 * z[i * 4 + j]!)
      return x.map((value) => value.toFixed(4)).join(',')
    })
    writeFileSync(join(folder, 'line.csv'), `a,b,c,d\n${rows.join('\n')}\n`)
    const points = Array.from({ length: 90 }, (_, i) => `${i % 3},${(z[i]! + (i % 3)).toFixed(3)},${(z[i + 90]! - (i % 3)).toFixed(3)}`)
    writeFileSync(join(folder, 'snapshots.csv'), `t,x,y\n${points.join('\n')}\n`)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(JOBS)('%s', async (_, words, keys, facts) => {
    const told = await sbridge(folder, ...words, '--report', 'report.html')
    expect(told).toMatchObject({ status: 0, stderr: '' })
    const lines = told.stdout.trim().split('\n')
    const { document } = parseHTML(readFileSync(join(folder, 'report.html'), 'utf8'))
    const page = document.querySelector('body')!.textContent!
    for (const name of facts) {
      const line = lines.find((one) => one.startsWith(`${name}: `))
      expect(line, `${name} in ${told.stdout}`).toBeDefined()
      // A row of a table is a line with its headings: the numbers have to stand in the page.
      for (const number of line!.slice(name.length + 2).match(/[−\d][\d.,]*\d/g) ?? []) expect(page).toContain(number)
    }
    // Whatever is a fact of the page is a line of the terminal, word for word, but for the head of the page and what is usual.
    let leftOut = 0
    for (const entry of Array.from(document.querySelectorAll('main .facts div'))) {
      const [name, value] = ['dt', 'dd'].map((part) => entry.querySelector(part)!.textContent!) as [string, string]
      const line = `${name}: ${value}`
      const isTold = lines.some((one) => one === line || one === line[0]!.toLowerCase() + line.slice(1))
      expect(isTold || USUAL.includes(name.toLowerCase()), line).toBe(true)
      leftOut += Number(!isTold)
    }
    if (words[0] !== 'sample') expect(leftOut).toBe(0)
    const json = JSON.parse((await sbridge(folder, ...words, '--json')).stdout) as object
    expect(Object.keys(json)).toEqual(expect.arrayContaining([...keys]))
  })
})
