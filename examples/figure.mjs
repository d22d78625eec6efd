// Draws an Observable Plot as a stand-alone SVG file.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'

/** `label` says in words what the figure shows. */
export async function writeFigure(path, label, options) {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const drawn = Plot.plot({ ...options, document, className: 'plot', style: { fontFamily: 'system-ui, sans-serif', background: 'white' } })
  for (const style of [...drawn.querySelectorAll('style')]) style.remove()
  for (const part of [...drawn.querySelectorAll('[aria-label]')]) part.removeAttribute('aria-label')
  drawn.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  drawn.setAttribute('role', 'img')
  drawn.setAttribute('aria-label', label)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, drawn.outerHTML)
}

/** Shares of values in equal bins [low, high); what lies outside counts into the end bins. */
export function histogram(values, { low, high, bins }) {
  const out = new Float64Array(bins)
  for (const value of values) out[Math.max(0, Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins)))] += 1 / values.length
  return out
}

/** Half the sum of absolute differences: 0 equal, 1 disjoint. */
export const totalVariation = (a, b) => a.reduce((sum, share, i) => sum + Math.abs(share - b[i]) / 2, 0)

/** Autocorrelation at the given lags, averaged over several series of one process. */
export function autocorrelation(series, lags) {
  let mean = 0
  let count = 0
  for (const values of series) {
    for (const value of values) mean += value
    count += values.length
  }
  mean /= count
  const covariance = (lag) => {
    let sum = 0
    let pairs = 0
    for (const values of series) {
      for (let n = 0; n + lag < values.length; n++) sum += (values[n] - mean) * (values[n + lag] - mean)
      pairs += Math.max(0, values.length - lag)
    }
    return sum / pairs
  }
  const variance = covariance(0)
  return lags.map((lag) => covariance(lag) / variance)
}

export const rootMeanSquare = (a, b) => Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0) / a.length)
