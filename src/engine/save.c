#include "engine/save.h"

#include <stdlib.h>

#include "base/replace.h"
#include "engine/comm.h"

struct save {
    const qdr_node *node;
    qdr_draft draft;
    qdr_store_file file;
};

struct qdr_saving {
    bool first; /* this is rank 0, whose the files are */
    size_t count;
    struct save save[];
};

static int begin(qdr_comm *comm, struct save *save, qdr_error *err)
{
    const qdr_node *node = save->node;
    char header[QDR_NPY_HEADER];
    save->file.offset = qdr_npy_header(node->dtype, &node->shape, header);
    if (comm->rank == 0)
        qdr_draft_begin(save->file.path, save->file.offset + qdr_tree_bytes(node), &save->draft, err);
    qdr_draft begun = save->draft;
    if (qdr_comm_share(comm, 0, &begun, sizeof begun, err))
        return err->code;
    if (comm->rank != 0) {
        save->draft = begun;
        qdr_draft_join(save->file.path, &save->draft, err);
    }
    save->file.fd = save->draft.fd;
    return qdr_comm_agree(comm, err);
}

/* Where a node goes to several files they are a list. */
static void link_files(qdr_saving *saving)
{
    for (size_t i = 0; i < saving->count; i++)
        for (size_t k = i + 1; k < saving->count && !saving->save[i].file.next; k++)
            if (saving->save[k].node == saving->save[i].node)
                saving->save[i].file.next = &saving->save[k].file;
}

int qdr_saving_begin(qdr_comm *comm, const qdr_program *program, qdr_saving **saving,
                     qdr_error *err)
{
    size_t count = program->save_count;
    qdr_saving *s = *saving = calloc(1, sizeof *s + count * sizeof *s->save);
    if (!s)
        qdr_fail_memory(err, "writing arrays");
    if (qdr_comm_agree(comm, err))
        return err->code;
    s->first = comm->rank == 0;
    s->count = count;
    for (size_t i = 0; i < count; i++) {
        s->save[i].node = program->saves[i].node;
        s->save[i].file.path = program->saves[i].path;
        s->save[i].draft.fd = -1;
    }
    int code = QDR_OK;
    for (size_t i = 0; i < count && !code; i++)
        code = begin(comm, &s->save[i], err);
    link_files(s);
    return code;
}

const qdr_store_file *qdr_saving_files(const qdr_saving *saving, const qdr_node *node)
{
    for (size_t i = 0; i < saving->count; i++)
        if (saving->save[i].node == node)
            return &saving->save[i].file;
    return NULL;
}

/* Rank 0's last step with a file whose elements are on disk. */
static void finish(struct save *save, qdr_error *err)
{
    char header[QDR_NPY_HEADER];
    const qdr_store_file *f = &save->file;
    size_t size = qdr_npy_header(save->node->dtype, &save->node->shape, header);
    if (!qdr_file_write(f->fd, f->path, header, size, 0, err))
        qdr_draft_commit(f->path, &save->draft, err);
}

int qdr_saving_commit(qdr_comm *comm, qdr_saving *saving, qdr_error *err)
{
    if (!saving->count)
        return QDR_OK;
    for (size_t i = 0; i < saving->count && !err->code; i++)
        qdr_draft_flush(saving->save[i].file.path, &saving->save[i].draft, err);
    if (qdr_comm_agree(comm, err))
        return err->code;
    for (size_t i = 0; i < saving->count && comm->rank == 0 && !err->code; i++)
        finish(&saving->save[i], err);
    return qdr_comm_share(comm, 0, NULL, 0, err);
}

void qdr_saving_destroy(qdr_saving *saving)
{
    for (size_t i = 0; saving && i < saving->count; i++)
        if (saving->first)
            qdr_draft_drop(&saving->save[i].draft);
        else
            qdr_draft_leave(&saving->save[i].draft);
    free(saving);
}
