import type { EmbeddingSummary } from '@sbridge/core'
import { source, summary } from '../../state/diffusion-map.js'
import { band, dot, figureSvg, ring } from '../figure.js'
import { FigureButtons } from '../figure-buttons.js'
import { colour } from '../theme.js'
import { WideTable } from '../wide-table.js'
import { formatCount, formatNumber, formatPlain } from '../words.js'

/** Eigenvalues with the gap, residuals, and what else was found. */
export function Spectrum() {
  const found = summary.value!
  const drawing = spectrumSvg(found)
  const svg = () => {
    const legend = [
      dot(colour('real'), 'became coordinates'),
      ring(colour('real'), 'did not'),
      band(`${colour('synthetic')}29`, 'the gap between')
    ]
    return figureSvg([drawing], { title: 'Spectrum', legend, notes: [gapSentence(found)] })
  }
  const rows = found.spectrum.map((value, k) => ({ value, residual: found.residuals[k], gap: found.gaps[k]?.ratio }))
  return (
    <section class="spectrum" aria-labelledby="spectrum-heading">
      <h2 id="spectrum-heading">Spectrum</h2>
      <div class="verdict">
        <p>{gapSentence(found)}</p>
      </div>
      <Parts sizes={found.componentSizes} />
      <div class="two">
        <figure>
          <figcaption>
            <span class="soft">Filled ones became coordinates; the band is the gap to the next.</span>
            <FigureButtons name={`${source.value!.name}-spectrum`} svg={svg} />
          </figcaption>
          {/* Numbers only: no word of the data is in it. */}
          <div dangerouslySetInnerHTML={{ __html: drawing }} />
        </figure>
        <WideTable label="Eigenvalues, residuals and gaps">
          <thead>
            <tr>
              <th scope="col">Number</th>
              <th scope="col" class="number">
                Eigenvalue
              </th>
              <th scope="col" class="number">
                Residual
              </th>
              <th scope="col" class="number">
                Gap
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ value, residual, gap }, k) => (
              <tr key={k}>
                <th scope="row">{k + 1}</th>
                <td class={`number ${k < found.dimension ? 'synthetic-ink' : ''}`}>{value.toFixed(4)}</td>
                <td class="number">{residual === undefined ? '' : residual.toExponential(1)}</td>
                <td class="number">{formatNumber(gap)}</td>
              </tr>
            ))}
          </tbody>
        </WideTable>
      </div>
      <p class="soft">
        Residual: ‖Pψ − λψ‖. Gap: how many times faster the next eigenvalue decays. Round trip: rows kept from the map come back with
        relative error {formatNumber(found.roundTrip.relativeError)} (0 is perfect, 1 the mean row).
      </p>
      {found.notes.length > 0 && (
        <ul class="notes">
          {found.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </section>
  )
}

function gapSentence({ dimension, gaps }: EmbeddingSummary): string {
  const ratio = gaps[dimension - 1]?.ratio
  const count = `${dimension} coordinate${dimension === 1 ? '' : 's'}`
  if (ratio === undefined) return `${count}.`
  return `${count}; what comes next decays ${ratio >= 1e5 ? 'incomparably' : `${formatPlain(ratio)} times`} faster.`
}

/** The parts of data that the kernel does not join, by name and size; a note below says what would join them. */
function Parts({ sizes }: { sizes: readonly number[] }) {
  if (sizes.length < 2) return null
  return (
    <ul class="parts" aria-label="Parts that the kernel does not join">
      {sizes.slice(0, 12).map((size, k) => (
        <li key={k}>
          part {k + 1}: {formatCount(size)} rows
        </li>
      ))}
      {sizes.length > 12 && <li>and {formatCount(sizes.length - 12)} smaller ones</li>}
    </ul>
  )
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [440, 250, 62, 12, 26, 34]

/** Decay rates −log λ as stems: eigenvalues near 1 are told apart there. The gap above the last coordinate is a band. */
function spectrumSvg({ spectrum, dimension }: EmbeddingSummary): string {
  const rates = spectrum.map((value) => -Math.log(Math.min(1, Math.max(value, 1e-6))))
  const top = Math.max(...rates) * 1.06 || 1
  const x = (k: number) => LEFT + ((k + 0.5) / rates.length) * (WIDTH - LEFT - RIGHT)
  const y = (rate: number) => TOP + (1 - rate / top) * (HEIGHT - TOP - BOTTOM)
  const [last, next] = [rates[dimension - 1]!, rates[dimension]]
  const band =
    next === undefined
      ? ''
      : `<rect x="${LEFT}" width="${WIDTH - LEFT - RIGHT}" y="${y(next).toFixed(1)}" height="${Math.max(0.5, y(last) - y(next)).toFixed(1)}" fill="var(--synthetic)" fill-opacity="0.16"/>`
  const stems = rates.map(
    (rate, k) =>
      `<line x1="${x(k).toFixed(1)}" x2="${x(k).toFixed(1)}" y1="${y(0).toFixed(1)}" y2="${y(rate).toFixed(1)}" stroke="var(--real)" stroke-opacity="0.5"/>` +
      `<circle cx="${x(k).toFixed(1)}" cy="${y(rate).toFixed(1)}" r="4" stroke="var(--real)" fill="${k < dimension ? 'var(--real)' : 'var(--paper)'}"/>` +
      `<text x="${x(k).toFixed(1)}" y="${HEIGHT - BOTTOM + 17}" text-anchor="middle" fill="var(--soft)">${k + 1}</text>`
  )
  const ticks = [0, 0.5, 1].map(
    (share) =>
      `<text x="${LEFT - 8}" y="${(y(share * top) + 4).toFixed(1)}" text-anchor="end" fill="var(--soft)">${formatPlain(share * top)}</text>`
  )
  return [
    `<svg class="plot" role="img" aria-label="Decay rates of the diffusion operator, the first ${dimension} of ${rates.length} became coordinates" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-size="11">`,
    band,
    `<path d="M${LEFT},${TOP}V${y(0).toFixed(1)}H${WIDTH - RIGHT}" fill="none" stroke="var(--soft)"/>`,
    `<text x="${LEFT - 52}" y="13" fill="var(--soft)">decay rate −log λ</text>`,
    ...stems,
    ...ticks,
    '</svg>'
  ].join('')
}
