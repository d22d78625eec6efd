import module from 'node:module'

const hooks = `./hooks.mjs${new URL(import.meta.url).search}`
if (module.registerHooks) module.registerHooks(await import(hooks))
else {
  const { register } = module
  register(hooks, import.meta.url)
  // Vitest's own hook does no more than tell its server of every import, which none but a watch would ask for; and where it has not
  // told all when a file ends, the run fails.
  module.register = (name, ...rest) => name === '#nodejs-worker-loader' || register(name, ...rest)
}
