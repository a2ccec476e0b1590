// Answers the rows of one query: GET /?db=<binding>&sql=<text>.
export default {
  async fetch(request, env) {
    const { searchParams } = new URL(request.url);
    return Response.json(await env[searchParams.get('db')].prepare(searchParams.get('sql')).raw());
  },
};
