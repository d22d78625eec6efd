export { drawForecast, type ForecastRequest } from './draw.js'
export { type ForecastModel, type ForecastSummary, fitForecast, trainingSeries } from './forecast.js'
export { drawForecastUnder, type KnownForecast, type KnownForecastReport, type KnownForecastRequest } from './known.js'
export { type ForecastOptions, forecastFields } from './options.js'
export { loadForecast, saveForecast } from './save.js'
export { type Ensemble, tellForecast } from './tell.js'
export {
  fitTransition,
  Transition,
  type TransitionModel,
  type TransitionOptions,
  type TransitionPairs,
  type TransitionUnit
} from './transition.js'
