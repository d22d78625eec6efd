import { Command } from '@commander-js/extra-typings'
import { registerEvaluate } from '../commands/evaluate.js'
import { registerFit } from '../commands/fit.js'
import { registerForecast } from '../commands/forecast.js'
import { registerInfo } from '../commands/info.js'
import { registerSample } from '../commands/sample.js'
import { registerStudio } from '../commands/studio.js'
import { VERSION } from '../version.js'

/** The whole command line. Unknown verbs and options are refused. */
export function createProgram(): Command {
  const program = new Command('sbridge')
    .description('New rows of the same distribution from a table of samples: training-free Schrödinger bridges.')
    .version(VERSION)
    .showHelpAfterError('(sbridge --help lists the verbs; sbridge VERB --help its options)')
    .exitOverride()
  for (const register of [registerSample, registerFit, registerInfo, registerEvaluate, registerForecast, registerStudio]) register(program)
  for (const verb of program.commands) verb.exitOverride()
  return program
}
