/* Leaves: sources, each found again by what it is. */
#include "expr/checker.h"

#include <string.h>

static int make_leaf(qdr_checker *c, const qdr_leaf *leaf, qdr_leaf **made)
{
    *made = qdr_arena_take(&c->program->arena, sizeof **made);
    if (!*made)
        return qdr_check_no_memory(c);
    **made = *leaf;
    (*made)->next = c->program->leaves;
    c->program->leaves = *made;
    return QDR_OK;
}

static int leaf_node(qdr_checker *c, qdr_leaf *leaf, const qdr_term *chunks, qdr_term *value)
{
    qdr_node node = {.kind = QDR_NODE_LEAF, .leaf = leaf};
    qdr_view *whole = qdr_arena_take(&c->program->arena, sizeof *whole);
    if (!whole)
        return qdr_check_no_memory(c);
    node.dtype = qdr_source_dtype(leaf->source);
    node.shape = *qdr_source_shape(leaf->source);
    *whole = qdr_view_whole(&node.shape);
    node.view = whole;
    bool chosen = chunks->kind == QDR_TERM_STRING && strcmp(chunks->string, "auto") == 0;
    if (chunks->kind != QDR_TERM_ABSENT && !chosen) {
        int code = qdr_check_shape(c, chunks, &leaf->chunks);
        if (code)
            return code;
        /* one number stands for all axes */
        for (; chunks->kind == QDR_TERM_NODE && leaf->chunks.ndim < node.shape.ndim;
             leaf->chunks.ndim++)
            leaf->chunks.extent[leaf->chunks.ndim] = leaf->chunks.extent[0];
        if (leaf->chunks.ndim != node.shape.ndim)
            return qdr_check_fail(c, chunks->syntax, "chunks has %d extents, the array %d axes",
                                  leaf->chunks.ndim, node.shape.ndim);
        for (int i = 0; i < leaf->chunks.ndim; i++)
            if (leaf->chunks.extent[i] == 0)
                return qdr_check_fail(c, chunks->syntax, "a chunk has at least one element");
    }
    return qdr_check_intern(c, &node, value);
}

int qdr_check_generator(qdr_checker *c, qdr_source *source, const qdr_term *chunks,
                        const qdr_bytes *text, qdr_term *value)
{
    qdr_leaf *leaf = c->program->leaves;
    int code = qdr_bytes_check(text, c->err);
    while (leaf && !(leaf->text && !code && strcmp(leaf->text, text->data) == 0))
        leaf = leaf->next;
    if (code || leaf) {
        qdr_source_destroy(source);
    } else {
        qdr_leaf fresh = {.source = source};
        fresh.text = qdr_arena_text(&c->program->arena, text->data, text->size);
        code = fresh.text ? make_leaf(c, &fresh, &leaf) : qdr_check_no_memory(c);
        if (code)
            qdr_source_destroy(source);
    }
    return code ? code : leaf_node(c, leaf, chunks, value);
}

static int open_locally(void *context, const char *path, qdr_io io, qdr_source **source,
                        qdr_error *err)
{
    (void)context;
    qdr_layout layout;
    int code = qdr_file_probe(path, &layout, err);
    return code ? code : qdr_file_attach(path, &layout, io, source, err);
}

int qdr_check_file(qdr_checker *c, const char *path, const qdr_term *chunks, qdr_term *value)
{
    static const qdr_opener local = {open_locally, NULL, QDR_IO_AUTO};
    const qdr_opener *opener = c->opener ? c->opener : &local;
    qdr_leaf *leaf = c->program->leaves;
    while (leaf && !(!leaf->text && strcmp(qdr_source_path(leaf->source), path) == 0))
        leaf = leaf->next;
    if (!leaf) {
        qdr_leaf fresh = {0};
        int code = opener->open(opener->context, path, opener->io, &fresh.source, c->err);
        if (code)
            return code;
        code = make_leaf(c, &fresh, &leaf);
        if (code) {
            qdr_source_destroy(fresh.source);
            return code;
        }
    }
    return leaf_node(c, leaf, chunks, value);
}
