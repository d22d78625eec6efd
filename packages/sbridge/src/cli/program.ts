import { Command } from '@commander-js/extra-typings'
import { registerEmbed } from '../commands/embed.js'
import { registerEvaluate } from '../commands/evaluate.js'
import { registerFit } from '../commands/fit.js'
import { registerForecast } from '../commands/forecast.js'
import { registerInfo } from '../commands/info.js'
import { registerLift } from '../commands/lift.js'
import { registerSample } from '../commands/sample.js'
import { registerStudio } from '../commands/studio.js'
import { registerTrajectories } from '../commands/trajectories.js'
import { VERSION } from '../version.js'

/** The whole command line. Unknown verbs and options are refused. */
export function createProgram(): Command {
  const program = new Command('sbridge')
    .description('New rows of the same distribution from a table of samples: training-free Schrödinger bridges.')
    .version(VERSION)
    .showHelpAfterError('(sbridge --help lists the verbs; sbridge VERB --help its options)')
    .exitOverride()
  const verbs = [
    registerSample,
    registerFit,
    registerInfo,
    registerEvaluate,
    registerEmbed,
    registerLift,
    registerForecast,
    registerTrajectories,
    registerStudio
  ]
  for (const register of verbs) register(program)
  for (const verb of program.commands) verb.exitOverride()
  return program
}
