// The pages of the site, in order.
import { keyFor, keyFromSeed } from 'sbridge/kernels'
import attention from './attention.mjs'
import bandwidth from './bandwidth.mjs'
import closure from './closure.mjs'
import conditional from './conditional.mjs'
import denoising from './denoising.mjs'
import dimension from './dimension.mjs'
import dynamics from './dynamics.mjs'
import ergodicity from './ergodicity.mjs'
import hull from './hull.mjs'
import latent from './latent.mjs'
import process from './process.mjs'
import snapshots from './snapshots.mjs'
import stability from './stability.mjs'

export const PAGES = [
  stability,
  hull,
  dimension,
  bandwidth,
  dynamics,
  conditional,
  closure,
  attention,
  ergodicity,
  process,
  denoising,
  snapshots,
  latent
]

/** The settings with which a page opens. */
export const defaultsOf = ({ settings }) => Object.fromEntries(settings.map((setting) => [setting.name, setting.default]))

/** What a page shows at some settings: panels and numbers, plain data, the same in Node and in a browser. */
export const runPage = (page, settings, engine) => page.run(settings, { engine, key: keyFor(keyFromSeed(1), page.name) })
