#include "engine/load.h"

#include <stdlib.h>

#include "array/keep.h"
#include "engine/comm.h"
#include "engine/parts.h"
#include "engine/round.h"

/* The leaf's source, which an earlier node of the same leaf may have. */
static int keep_leaf(qdr_loading *l, const qdr_program *program, int node, qdr_error *err)
{
    const qdr_leaf *leaf = program->nodes[node]->leaf;
    for (int i = 0; i < node && !l->source[node]; i++)
        if (program->nodes[i]->leaf == leaf)
            l->source[node] = l->source[i];
    return l->source[node] ? QDR_OK
                           : qdr_source_keep(leaf->source, &l->left, &l->source[node], err);
}

int qdr_loading_open(qdr_loading *l, const qdr_program *program, const qdr_plan *plan, bool keep,
                     qdr_error *err)
{
    static char nothing[QDR_ELEMENT_MOST];
    size_t nodes = (size_t)program->node_count + 1;
    l->source = calloc(nodes, sizeof *l->source);
    l->known.value = calloc(nodes, sizeof *l->known.value);
    l->known.array = calloc(nodes, sizeof *l->known.array);
    l->known.context = calloc(nodes, sizeof *l->known.context);
    l->known.source = (const qdr_source *const *)l->source;
    if (!l->source || !l->known.value || !l->known.array || !l->known.context)
        return qdr_fail_memory(err, "starting the run");
    l->count = program->node_count;
    int code = QDR_OK;
    for (int i = 0; i < l->count && !code; i++) {
        l->known.array[i] = plan->kept[i] ? nothing : NULL;
        if (keep && program->nodes[i]->kind == QDR_NODE_LEAF)
            code = keep_leaf(l, program, i, err);
    }
    return code;
}

void qdr_loading_close(qdr_loading *l)
{
    for (int i = 0; i < l->count; i++) {
        int first = 0;
        while (l->source[first] != l->source[i])
            first++;
        if (first == i)
            qdr_source_destroy(l->source[i]);
    }
    free(l->source);
    free(l->known.value);
    free(l->known.array);
    free(l->known.context);
}

/* This rank's share of the pieces of a space. */
static int count_space(const qdr_loading *l, const qdr_comm *comm, const qdr_space *space,
                       const qdr_part *part, int64_t *bytes, qdr_error *err)
{
    qdr_space_code *code;
    int failed = qdr_space_compile(&l->known, space, NULL, &code, err);
    if (failed)
        return failed;
    qdr_grid pieces = qdr_space_piece_grid(space);
    qdr_interval all = qdr_parts_share(part, qdr_space_pieces(space));
    qdr_interval mine = qdr_interval_share(all.end - all.start, comm->rank, comm->size);
    qdr_box box;
    for (int64_t i = all.start + mine.start; i < all.start + mine.end && !failed; i++)
        if (qdr_space_piece(space, &pieces, i, &box))
            failed = qdr_space_load(code, &box, bytes, err);
    qdr_space_destroy(code);
    return failed;
}

int qdr_loading_count(const qdr_loading *l, const qdr_comm *comm, const qdr_plan *plan,
                      const qdr_part *part, int64_t *bytes, qdr_error *err)
{
    int code = QDR_OK;
    *bytes = 0;
    for (size_t i = 0; i < plan->pass_count && !code; i++)
        for (size_t k = 0; k < plan->pass[i].space_count && !code; k++)
            code = count_space(l, comm, &plan->pass[i].space[k], part, bytes, err);
    return code;
}
