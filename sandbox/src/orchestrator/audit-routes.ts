import type { createAuditSink } from './audit-sink.ts';
import { invalid } from './http.ts';
import type { On } from './on.ts';
import { AuditBatch, AuditNote, AuditRange, NoteRange } from './requests.ts';

export function auditRoutes(on: On, audit: ReturnType<typeof createAuditSink>): void {
  on('post', 'audit', '/v1/audit/events', (request, response) => {
    const batch = AuditBatch.safeParse(request.body);
    if (!batch.success) {
      invalid(response, batch.error);
      return;
    }
    const { status, body } = audit.accept(batch.data);
    if (status === 200) response.json(body);
    else response.status(status).type('application/problem+json').send(JSON.stringify(body));
  });
  on('post', 'audit', '/v1/audit/checkpoints', (request, response) => {
    const note = AuditNote.safeParse(request.body);
    if (!note.success) {
      invalid(response, note.error);
      return;
    }
    const { status, body } = audit.acceptNote(note.data);
    response.status(status).json(body);
  });
  on('get', 'audit', '/v1/audit/tenants/:tenant/checkpoints', (request, response) => {
    const query = NoteRange.safeParse(request.query);
    if (!query.success) invalid(response, query.error);
    else response.json({ data: audit.notes(String(request.params['tenant']), query.data.after_size) });
  });
  on(
    'get',
    'audit',
    '/v1/audit/tenants/:tenant/position',
    (request, response) => void response.json(audit.position(String(request.params['tenant']))),
  );
  on('get', 'audit', '/v1/audit/tenants/:tenant/events', (request, response) => {
    const query = AuditRange.safeParse(request.query);
    if (!query.success) invalid(response, query.error);
    else
      response.json({
        data: audit.events(String(request.params['tenant']), query.data.from_seq, query.data.limit),
      });
  });
}
