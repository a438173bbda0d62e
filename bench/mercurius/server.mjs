// Mercurius as its users run it for speed: jit, loaders, prepared statements, a cache of verified tokens.
import { readFileSync } from 'node:fs'

import Fastify from 'fastify'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import mercurius from 'mercurius'
import pg from 'pg'

const { ANSINH_ISSUER: ISSUER, ANSINH_PORT, DATABASE_URL } = process.env

// ---------------------------------------------------------------- PostgreSQL ---

const pool = new pg.Pool({
  connectionString: DATABASE_URL,
  max: 10,
  options: '-c plan_cache_mode=force_generic_plan -c TimeZone=UTC'
})
const statements = new Map(
  readFileSync(new URL('../peers.sql', import.meta.url), 'utf8')
    .split(/^-- (?=[a-z_]+$)/m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n'))])
)
const prepared = new Map()

function statement (name, rows) {
  const key = `${name}_${rows}`
  if (!prepared.has(key)) {
    prepared.set(key, `WITH viewer AS MATERIALIZED (SELECT vset($1))
      SELECT (SELECT coalesce(json_agg(found), '[]')
        FROM (${statements.get(name).replace(':rows', rows)}) AS found) FROM viewer`)
  }
  return { name: key, text: prepared.get(key), rowMode: 'array' }
}

async function find (viewer, name, rows, ...values) {
  const { rows: [[found]] } = await pool.query({ ...statement(name, rows), values: [viewer.binding, ...values] })
  return found
}

// ----------------------------------------------------------------- the viewer ---

const keys = createRemoteJWKSet(new URL(`${ISSUER}/keys`))
const verified = new Map()

async function viewerOf (request) {
  const token = request.headers.authorization.slice('Bearer '.length)
  const known = verified.get(token)
  if (known && known.expires > Date.now()) return known
  const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, audience: 'ansinh', algorithms: ['ES256'] })
  const kind = payload.account_type.toUpperCase()
  const viewer = {
    kind,
    name: payload.name,
    expires: payload.exp * 1000,
    binding: JSON.stringify({
      kind, name: payload.name, principal: payload.principal, participant: payload.participant, scopes: payload.scope
    })
  }
  verified.set(token, viewer)
  return viewer
}

// ---------------------------------------------------------------- the schema ---

const page = (nodes) => ({ nodes })
const key = (identifier) => identifier.slice(identifier.indexOf(':') + 1)

// One row for each object: what its column `field` names, looked up at once.
const link = (name, field) => ({
  async loader (queries, { viewer }) {
    const wanted = [...new Set(queries.map(({ obj }) => obj[field]))]
    const found = new Map((await find(viewer, name, 0, wanted)).map((row) => [row.key, row]))
    return queries.map(({ obj }) => found.get(obj[field]) ?? null)
  },
  opts: { cache: false }
})

// A page for each object, looked up at once; from the end where the caller asks for the last ones.
const rows = (name) => ({
  async loader (queries, { viewer }) {
    const { first, last } = queries[0].params
    const found = new Map(queries.map(({ obj }) => [obj.key, []]))
    for (const row of await find(viewer, name, last ?? first, [...found.keys()])) found.get(row.owner).push(row)
    return queries.map(({ obj }) => page(last ? found.get(obj.key).reverse() : found.get(obj.key)))
  },
  opts: { cache: false }
})

const resolvers = {
  Query: {
    viewer: (_, __, { viewer }) => viewer,
    participant: async (_, { id }, { viewer }) => (await find(viewer, 'participants', 0, [key(id)]))[0],
    dossiers: async (_, { first }, { viewer }) => page(await find(viewer, 'dossiers', first)),
    services: async (_, { first }, { viewer }) => {
      const found = await find(viewer, 'services_listed', first + 1)
      return { nodes: found.slice(0, first), pageInfo: { hasNextPage: found.length > first } }
    }
  }
}

const loaders = {
  Participant: {
    office: link('offices', 'office'),
    identifiers: rows('identifiers_of'),
    employments: rows('employments_of'),
    dossiers: rows('dossiers_of')
  },
  Employment: { employer: link('employers', 'employer') },
  Dossier: {
    service: link('services', 'service'),
    participant: link('participants', 'participant'),
    events: rows('events_of')
  }
}

const app = Fastify()
app.register(mercurius, {
  schema: readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'),
  resolvers,
  loaders,
  jit: 1,
  context: async (request) => ({ viewer: await viewerOf(request) })
})
await app.listen({ port: Number(ANSINH_PORT), host: '127.0.0.1' })
