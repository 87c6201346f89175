import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { show, state } from '../books/stated.ts';
import { SKU_MAX_LENGTH } from '../http/field-text.ts';
import { given, readFields } from '../http/fields.ts';
import { bookId, jsonBody, pathId } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { bodyProblem } from '../problems/problem.ts';
import { CampaignFields, EmployeeFields, ItemFields, LocationFields } from './directory.fields.ts';

/** The hour at which a trading day starts where a location does not say: after the last guest, before the first. */
const BUSINESS_DAY_STARTS_AT = '04:00';
const SKU = { maxLength: SKU_MAX_LENGTH };

@Controller('v1/books/:book')
export class DirectoryController {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  constructor(commands: CommandBus, queries: QueryBus) {
    this.#commands = commands;
    this.#queries = queries;
  }

  @Put('locations/:location')
  @Describe({
    id: 'putLocation',
    tag: 'Directory',
    summary: 'State a location',
    path: ['book', 'location'],
    body: 'LocationStatement',
    answer: [200, 'Location'],
    problems: [400, 404, 413, 415],
  })
  async putLocation(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const id = pathId(request, 'location');
    const fields = readFields(LocationFields, jsonBody(request));
    const location = {
      ...given(fields, 'name', 'region'),
      timeZone: fields.timeZone,
      businessDayStartsAt: fields.businessDayStartsAt ?? BUSINESS_DAY_STARTS_AT,
    };
    await state(
      this.#commands,
      request,
      reply,
      book,
      { type: 'DefineLocation', id, location },
      { id, ...location },
    );
  }

  @Get('locations/:location')
  @Describe({
    id: 'getLocation',
    tag: 'Directory',
    summary: 'Read a location',
    path: ['book', 'location'],
    answer: [200, 'Location'],
    problems: [400, 404],
  })
  async getLocation(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = pathId(request, 'location');
    await show(this.#queries, reply, bookId(request), `location "${id}"`, (book) =>
      named({ id }, book.locations.get(id)),
    );
  }

  @Put('employees/:employee')
  @Describe({
    id: 'putEmployee',
    tag: 'Directory',
    summary: 'State an employee',
    path: ['book', 'employee'],
    body: 'EmployeeStatement',
    answer: [200, 'Employee'],
    problems: [400, 404, 413, 415],
  })
  async putEmployee(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const id = pathId(request, 'employee');
    const fields = readFields(EmployeeFields, jsonBody(request));
    const employee = { ...given(fields, 'name', 'homeLocation'), roles: [...new Set(fields.roles)] };
    await state(
      this.#commands,
      request,
      reply,
      book,
      { type: 'DefineEmployee', id, employee },
      { id, ...employee },
    );
  }

  @Get('employees/:employee')
  @Describe({
    id: 'getEmployee',
    tag: 'Directory',
    summary: 'Read an employee',
    path: ['book', 'employee'],
    answer: [200, 'Employee'],
    problems: [400, 404],
  })
  async getEmployee(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = pathId(request, 'employee');
    await show(this.#queries, reply, bookId(request), `employee "${id}"`, (book) =>
      named({ id }, book.employees.get(id)),
    );
  }

  @Put('items/:sku')
  @Describe({
    id: 'putItem',
    tag: 'Directory',
    summary: 'State an item',
    path: ['book', 'sku'],
    body: 'ItemStatement',
    answer: [200, 'Item'],
    problems: [400, 404, 413, 415],
  })
  async putItem(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const sku = pathId(request, 'sku', SKU);
    const fields = readFields(ItemFields, jsonBody(request));
    const item = {
      ...given(fields, 'name', 'category'),
      retailMinor: fields.retailMinor,
      costMinor: fields.costMinor,
    };
    await state(this.#commands, request, reply, book, { type: 'DefineItem', sku, item }, { sku, ...item });
  }

  @Get('items/:sku')
  @Describe({
    id: 'getItem',
    tag: 'Directory',
    summary: 'Read an item',
    path: ['book', 'sku'],
    answer: [200, 'Item'],
    problems: [400, 404],
  })
  async getItem(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const sku = pathId(request, 'sku', SKU);
    await show(this.#queries, reply, bookId(request), `item "${sku}"`, (book) =>
      named({ sku }, book.items.get(sku)),
    );
  }

  @Put('campaigns/:campaign')
  @Describe({
    id: 'putCampaign',
    tag: 'Directory',
    summary: 'State a campaign',
    description:
      'With a lot, acts of delight in it are for those customers alone whom the lot draws, and declined for all others; a recovery never meets a lot. While the campaign runs its lot stays: only the share may grow.',
    path: ['book', 'campaign'],
    body: 'CampaignStatement',
    answer: [200, 'Campaign'],
    problems: [400, 404, 409, 413, 415],
  })
  async putCampaign(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const id = pathId(request, 'campaign');
    const fields = readFields(CampaignFields, jsonBody(request));
    if (fields.from !== undefined && fields.to !== undefined && fields.to < fields.from) {
      const detail = 'The last day lies before the first.';
      throw bodyProblem([
        { pointer: '/to', code: 'out-of-range', detail, advice: 'Both days belong to the campaign.' },
      ]);
    }
    const campaign = {
      ...given(fields, 'name', 'from', 'to'),
      ...(fields.lot && { lot: { share: fields.lot.share, seed: fields.lot.seed } }),
    };
    await state(
      this.#commands,
      request,
      reply,
      book,
      { type: 'DefineCampaign', id, campaign },
      { id, ...campaign },
    );
  }

  @Get('campaigns/:campaign')
  @Describe({
    id: 'getCampaign',
    tag: 'Directory',
    summary: 'Read a campaign',
    path: ['book', 'campaign'],
    answer: [200, 'Campaign'],
    problems: [400, 404],
  })
  async getCampaign(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = pathId(request, 'campaign');
    await show(this.#queries, reply, bookId(request), `campaign "${id}"`, (book) =>
      named({ id }, book.campaigns.get(id)),
    );
  }
}

function named(id: object, resource: object | undefined): object | undefined {
  return resource && { ...id, ...resource };
}
