import * as Plot from '@observablehq/plot'
import { type CodecSummary, type EmbeddingModel, keyFromSeed, type Matrix, permutation } from '@sbridge/core'
import { facts, figure, joinSections, type Section, section, table } from './blocks.js'
import { type Html, html } from './html.js'
import { formatCount, formatNumber } from './numbers.js'
import { page } from './page.js'
import { cloudOfDots, drawPlot, REAL, SYNTHETIC } from './plot.js'

/** Points drawn at most: more only make the page heavy. */
const MOST_DOTS = 1500

export interface LatentReportParts {
  readonly codec: CodecSummary
  /** Coordinates of training rows [M, K]. */
  readonly real: Matrix
  /** Coordinates of the draws, before they were decoded [n, K]. */
  readonly drawn: Matrix
  /** Where one bandwidth serves all coordinates. */
  readonly epsilon?: number
  /** Nearest-neighbour ratio of decoded draws, where the bandwidth was searched. */
  readonly ratio?: number | undefined
}

/** What a report says about a latent model: what the codec loses apart from what sampling does, its spectrum, its coordinates. */
export function latentSections({ codec, real, drawn, epsilon, ratio }: LatentReportParts): Section[] {
  const { reconstruction, dimension, dataDimension, kind } = codec
  const error = reconstruction.heldOutError ?? reconstruction.trainingError
  return [
    section(
      'latent',
      'Latent space',
      html`<p>Rows were drawn in ${formatCount(dimension)} coordinates (${kind}) instead of ${formatCount(dataDimension)} columns, and decoded. What the decoder cannot say, no sampler behind it can: the codec alone, without any sampling, keeps ${formatNumber(100 * (1 - error * error))} % of the variance of ${reconstruction.heldOutError === undefined ? 'the rows' : 'rows that it has not seen'}.</p>`,
      facts([
        ['Error of the codec, rows it was fitted to', formatNumber(reconstruction.trainingError)],
        [
          'Error of the codec, held-out rows',
          reconstruction.heldOutError === undefined ? 'not measured' : formatNumber(reconstruction.heldOutError)
        ],
        ['Error of sampling: nearest-neighbour ratio of decoded draws', ratio === undefined ? 'not measured' : formatNumber(ratio)],
        ...(epsilon === undefined ? [] : ([['Bandwidth ε in the latent space', formatNumber(epsilon)]] as const)),
        ['Scale of the columns', codec.commonScale ? 'one for all' : 'each its own']
      ]),
      html`<p>The error of the codec is relative to the distance of rows from their mean: 0 is perfect, 1 is the mean row. The ratio compares decoded draws with decoded training rows, where the codec has no part in it, and with training rows as they stand, to which draws come nearer by what the codec leaves out of them; it is the geometric mean of both: 1 is as new as fresh rows, near 0 is copying.</p>`,
      ...(codec.spectrum ? [spectrumFigure(codec.spectrum, dimension)] : []),
      ...(codec.history ? [trainingFigure(codec.history)] : []),
      figure({
        caption: html`Latent coordinates, first against second: training rows <span class="swatch"><i class="real"></i></span> and draws <span class="swatch"><i class="synthetic"></i></span>.`,
        body: scatter(real, drawn)
      })
    )
  ]
}

function spectrumFigure({ kind, values, total }: NonNullable<CodecSummary['spectrum']>, dimension: number): Html {
  const shares = total === undefined ? values : values.map((value) => value / total)
  const kept = shares.slice(0, dimension).reduce((sum, share) => sum + share, 0)
  const caption =
    kind === 'variance'
      ? html`Share of the variance along each principal component; the ${formatCount(dimension)} that were kept hold ${formatNumber(100 * kept)} %.`
      : 'Eigenvalues of the diffusion operator; filled ones became coordinates.'
  const label = kind === 'variance' ? 'share of the variance' : 'eigenvalue'
  return figure({ caption, body: spectrumDrawing(shares, dimension, label) })
}

function trainingFigure({ epochs, bestEpoch, ending }: NonNullable<CodecSummary['history']>): Html {
  return figure({
    caption: html`Training of the autoencoder: mean squared error on <span class="swatch"><i class="real"></i>rows it trains on</span> and on <span class="swatch"><i class="synthetic"></i>rows kept back</span>. The weights of epoch ${formatCount(bestEpoch)} were kept; it ended ${ending === 'early-stopping' ? 'since the error on rows kept back grew no smaller' : 'after all epochs'}.`,
    body: drawPlot('Error of the autoencoder by epoch', {
      width: 420,
      height: 240,
      x: { label: 'epoch', labelAnchor: 'center', labelArrow: 'none', tickFormat: 'd' },
      y: { label: 'error', labelArrow: 'none', grid: true, zero: true },
      marks: [
        Plot.line(epochs as object[], { x: 'epoch', y: 'trainingError', stroke: REAL }),
        Plot.line(epochs as object[], { x: 'epoch', y: 'validationError', stroke: SYNTHETIC })
      ]
    })
  })
}

function scatter(real: Matrix, drawn?: Matrix): Html {
  const second = real.cols > 1 ? 1 : 0
  // Rows at random: those of real tables often come in an order.
  const dots = (m: Matrix) =>
    Array.from(permutation(keyFromSeed(1), m.rows).subarray(0, MOST_DOTS), (i) => {
      return { x: m.data[i * m.cols]!, y: m.data[i * m.cols + second]! }
    })
  return drawPlot('Coordinates, first against second', {
    width: 420,
    height: 360,
    grid: true,
    x: { label: 'coordinate 1', labelAnchor: 'center', labelArrow: 'none' },
    y: { label: second === 1 ? 'coordinate 2' : 'coordinate 1', labelArrow: 'none' },
    marks: [cloudOfDots(dots(real), REAL), ...(drawn ? [cloudOfDots(dots(drawn), SYNTHETIC)] : [])]
  })
}

/** A spectrum, largest first; what became coordinates is filled. */
function spectrumDrawing(spectrum: readonly number[], dimension: number, label: string): Html {
  const points = spectrum.map((value, k) => ({ k: k + 1, value, used: k < dimension }))
  return drawPlot(`Spectrum: ${label}`, {
    width: 420,
    height: 240,
    x: { label: 'number', labelAnchor: 'center', labelArrow: 'none', ticks: Math.min(10, points.length), tickFormat: 'd' },
    y: { label, labelArrow: 'none', grid: true },
    marks: [
      Plot.ruleX(points, { x: 'k', y: 'value', stroke: REAL, strokeOpacity: 0.5 }),
      Plot.dot(points, { x: 'k', y: 'value', r: 3, stroke: REAL, fill: (d: { used: boolean }) => (d.used ? REAL : 'none') })
    ]
  })
}

export interface EmbeddingReportParts {
  /** Name of the data. */
  readonly input: string
  readonly model: EmbeddingModel
  /** [n, K] */
  readonly coordinates: Matrix
}

/** The report of `embed` as one HTML page that loads nothing. */
export function embeddingReport({ input, model, coordinates }: EmbeddingReportParts): string {
  const { summary } = model
  const sections = [spectrumSection(model), coordinateSection(coordinates), roundTripSection(model)]
  if (summary.notes.length > 0)
    sections.push(section('notes', 'Notes', html`<ul>${summary.notes.map((note) => html`<li>${note}</li>`)}</ul>`))
  const entries: [string, string][] = [
    ['Rows', String(summary.rowCount)],
    ['Coordinates', String(summary.dimension)],
    ['Bandwidth ε', formatNumber(summary.epsilon)],
    ['Connected from ε', formatNumber(summary.bandwidth.connectingEpsilon)],
    ['Parts', String(summary.componentSizes.length)]
  ]
  return page({ title: `Diffusion map of ${input}`, kicker: 'Diffusion map', entries, body: joinSections(sections) })
}

function spectrumSection({ summary }: EmbeddingModel): Section {
  const rows = summary.spectrum.map((value, k) => [
    String(k + 1),
    formatNumber(value),
    k < summary.residuals.length ? summary.residuals[k]!.toExponential(1) : '',
    summary.gaps[k] ? formatNumber(summary.gaps[k]!.ratio) : ''
  ])
  return section(
    'spectrum',
    'Spectrum',
    figure({
      caption: 'Eigenvalues of the bistochastic operator; filled ones became coordinates.',
      body: spectrumDrawing(summary.spectrum, summary.dimension, 'eigenvalue')
    }),
    table({
      caption: 'Residual ‖Pψ − λψ‖, and how much faster the next eigenvalue decays: the largest of these gaps is the automatic dimension.',
      head: ['Number', 'Eigenvalue#', 'Residual#', 'Gap#'],
      rows
    })
  )
}

function coordinateSection(coordinates: Matrix): Section {
  return section('coordinates', 'Coordinates', figure({ caption: 'Rows in their first two coordinates.', body: scatter(coordinates) }))
}

function roundTripSection({ summary }: EmbeddingModel): Section {
  const { roundTrip } = summary
  const rows = roundTrip.candidates.map((candidate) => [
    candidate.neighbourCount === roundTrip.neighbourCount
      ? html`<strong>${candidate.neighbourCount}</strong>`
      : String(candidate.neighbourCount),
    formatNumber(candidate.relativeError)
  ])
  return section(
    'round-trip',
    'Round trip',
    html`<p>${roundTrip.heldOutCount} rows were kept from a map, placed in it and lifted back. The error is relative to their distance from the mean row: 0 is perfect, 1 is the mean row.</p>`,
    table({ caption: 'Held-out error by the number of neighbours in the lifting.', head: ['Neighbours', 'Relative error#'], rows })
  )
}
