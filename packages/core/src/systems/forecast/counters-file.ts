import { flag, number, optional, record, text, word } from '../../model-file/reading.js'
import { columnFormat, UNSCALED } from '../encoder-file.js'
import type { Counter } from './counters.js'
import { PERIOD_NAMES } from './restarts.js'

/** Reads what only goes one way. */
export const counterRecord = record<Counter>({
  column: text,
  way: word('up', 'down'),
  restart: optional(word(...PERIOD_NAMES)),
  isLogged: flag,
  from: number(UNSCALED),
  format: columnFormat
})
