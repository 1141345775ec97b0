/* sign.h: key files, signatures, allowed signers.
 *
 * The key is that of RFC 8032, section 7.1, TEST 1, in a file that ssh-keygen reads; the signature,
 * hint and armor of `text` were made by `ssh-keygen -Y sign -n quadrat` of OpenSSH 9.2 and written in
 * base32 by Python, not by the code under test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/base32.h"
#include "quadrat/record.h"
#include "quadrat/sign.h"
#include "record/keyfile.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const char private_key[] =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUx\n"
    "OQAAACDXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGgAAAIjoVBDp6FQQ6QAAAAtzc2gt\n"
    "ZWQyNTUxOQAAACDXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGgAAAECdYbGd7/1aYLqE\n"
    "SvSS7CzEREnFaXsyaRlwO6wDHK5/YNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1EaAAAA\n"
    "AAECAwQF\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

#define PUBLIC_KEY                                                                                 \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
#define OTHER_KEY                                                                                  \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDPM197fn6sUSh3eboNfWZrcXoCMhmKMBiaG3fF5pPCv"
#define FINGERPRINT "SHA256:bbXpuKG6zhzdmnxq256TlqzFBzRl2f6OOg722cYNbU8"

#define TEXT                                                                                       \
    "mean(x) = 0.5\nx: float64 100 5C1E90D7QK2M4R8T\nlabel: a\n2026-11-24 05:40 UTC\n"             \
    "quadrat 0.1 5WJ4MPJFMKVVE1RX\n"
static const char text[] = TEXT;
#define DIGITS                                                                                     \
    "VGQ4STA01QWC0C6EP965RA0MVZNRR4ASJGYKA0FAJ0HHVP3NBT03NN4SB4G3K68ZYWK4NT9ASKX3SYS8D983KH0C3CKED" \
    "PCDXMH4010"
#define LINE "SIGNED DPTYKE51 " DIGITS

static const char armor[] = "-----BEGIN SSH SIGNATURE-----\n"
                            "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg11qYAYKxCrfVS/7TyWQHOg7hcv\n"
                            "PapiMlrwIaaPcHURoAAAAHcXVhZHJhdAAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQy\n"
                            "NTUxOQAAAEDcLkzpQA34wDDOskxcKBTf64wRWZQ9NQHqkCMd2HVegDrUmVkgOZkf9yZK6S\n"
                            "rM+jz7KGpQOcQMGybm2Y3tIkAE\n"
                            "-----END SSH SIGNATURE-----\n";

static void base32(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *digits;
    } rows[] = {{"", 0, ""},          {"\0", 1, "00"},           {"\xff", 1, "ZW"},
                {"abc", 3, "C5H66"},  {"hello", 5, "D1JPRV3F"}};
    static const struct {
        size_t size;
        const char *digits;
    } wrong[] = {{1, "0"}, {1, "000"}, {1, "01"}, {1, "ZX"}, {1, "zw"}, {1, "0O"}, {3, "C5H67"},
                 {3, "C5 66"}, {0, "0"}, {5, "D1JPRV3"}};
    char digits[16], bytes[8];
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_base32_write(rows[i].bytes, rows[i].size, digits);
        assert_string_equal(digits, rows[i].digits);
        assert_true(qdr_base32_read(digits, strlen(digits), bytes, rows[i].size));
        assert_memory_equal(bytes, rows[i].bytes, rows[i].size);
    }
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(qdr_base32_read(wrong[i].digits, strlen(wrong[i].digits), bytes, wrong[i].size));
}

/* ---- signing ------------------------------------------------------------------------------- */

/* A signer by the key above, whose file is gone again. */
static qdr_signer *signer(void)
{
    char path[] = "/tmp/quadrat-test-XXXXXX";
    qdr_signer *made = NULL;
    qdr_error err = QDR_ERROR_INIT;
    int fd = mkstemp(path);
    assert_int_equal(write(fd, private_key, strlen(private_key)), strlen(private_key));
    close(fd);
    int code = qdr_signer_open(path, NULL, &made, &err);
    unlink(path);
    assert_string_equal(err.text, "");
    assert_int_equal(code, QDR_OK);
    return made;
}

static void as_ssh_keygen_signs(void **state)
{
    (void)state;
    char *made;
    unsigned char signature[QDR_SIGNATURE_SIZE], expected[QDR_SIGNATURE_SIZE];
    qdr_signer *s = signer();
    assert_string_equal(qdr_signer_fingerprint(s), FINGERPRINT);
    assert_string_equal(qdr_signer_hint(s), "DPTYKE51");
    assert_int_equal(qdr_signer_armor(s, text, strlen(text), &made, NULL), QDR_OK);
    assert_string_equal(made, armor);
    free(made);
    assert_int_equal(qdr_signer_sign(s, text, strlen(text), signature, NULL), QDR_OK);
    assert_true(qdr_base32_read(DIGITS, strlen(DIGITS), expected, sizeof expected));
    assert_memory_equal(signature, expected, sizeof signature);
    qdr_signer_close(s);
    qdr_signer_close(NULL);
}

static void from_the_armor(void **state)
{
    (void)state;
    char changed[sizeof armor], *whole = NULL;
    assert_int_equal(qdr_signed_text(text, armor, &whole, NULL), QDR_OK);
    assert_string_equal(whole, TEXT LINE);
    free(whole);
    /* a changed character is found, or is one of the key or the signature */
    for (size_t i = 0; i < sizeof armor - 1; i++) {
        qdr_text_finding f;
        memcpy(changed, armor, sizeof armor);
        changed[i] ^= 1;
        whole = NULL;
        if (qdr_signed_text(text, changed, &whole, NULL))
            continue;
        assert_int_equal(qdr_text_examine(whole, strlen(whole), &f, NULL), QDR_OK);
        assert_string_not_equal(whole, TEXT LINE);
        assert_int_equal(strlen(f.signature.hint), 8);
        free(whole);
    }
    static const char *const others[] = {"", "-----BEGIN SSH SIGNATURE-----\n",
        /* by the same key in the namespace file, whose blob is three bytes shorter */
        "-----BEGIN SSH SIGNATURE-----\n"
        "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg11qYAYKxCrfVS/7TyWQHOg7hcv\n"
        "PapiMlrwIaaPcHURoAAAAEZmlsZQAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUx\n"
        "OQAAAEAqGvq9FkyQAXIClE5Pe3zwk1s7m87fDcYVXINhTti/W25jpeeNN+/af+fuXYr5Pl\n"
        "5v8/GYpqkhKruwiiJo9TQP\n"
        "-----END SSH SIGNATURE-----\n"};
    for (size_t i = 0; i < COUNT(others); i++)
        assert_int_equal(qdr_signed_text(text, others[i], &whole, NULL), QDR_EDATA);
}

static const int64_t extents[] = {100};
static const qdr_record_input input = {
    .name = "x", .dtype = "float64", .ndim = 1, .shape = extents, .digest = "5C1E90D7QK2M4R8T"};
static const qdr_record_result mean = {
    .expr = "mean(x)", .value = {"float64", QDR_VALUE_FLOAT64, {.real = 0.5}}, .exact = true};

static void records(void **state)
{
    (void)state;
    qdr_signer *s = signer();
    qdr_record record = {.results = &mean, .result_count = 1, .inputs = &input, .input_count = 1,
                         .run = {.ranks = 1, .hosts = 1, .started = "2026-11-24T05:40:12Z",
                                 .host = "", .mpi = ""},
                         .label = "a", .version = "0.1.0", .signer = s};
    static const char least[] = "mean(x) = 0.5\n"
                                "x: float64 100 5C1E90D7QK2M4R8T\n"
                                "2026-11-24 05:40 UTC\n"
                                "quadrat 0.1 5WJ4MPJFMKVVE1RX\n";
    const size_t line = strlen(LINE);
    char *made = NULL;
    qdr_text_finding f;
    qdr_error err = QDR_ERROR_INIT;
    /* everything but the run line, which is as long as the label's line is not */
    assert_int_equal(qdr_record_text(&record, strlen(least) + line, &made, &err), QDR_OK);
    assert_int_equal(strlen(made), strlen(least) + line);
    assert_memory_equal(made, least, strlen(least));
    assert_int_equal(qdr_text_examine(made, strlen(made), &f, NULL), QDR_OK);
    assert_true(f.result && f.holds && f.signature.is_signed);
    free(made);
    made = NULL;
    /* neither the time nor the signature goes */
    assert_int_equal(qdr_record_text(&record, strlen(least) + line - 1, &made, &err), QDR_EUSAGE);
    assert_null(made);
    assert_non_null(strstr(err.text, "its signature included"));
    record.signer = NULL;
    assert_int_equal(qdr_record_text(&record, strlen(least) - 1, &made, &err), QDR_OK);
    assert_int_equal(strlen(made), strlen(least) - 1);
    free(made);
    qdr_signer_close(s);
}

/* ---- key files ----------------------------------------------------------------------------- */

static int parse_key(const char *content, qdr_keyfile *file, qdr_error *err)
{
    return qdr_keyfile_parse("key", content, strlen(content), file, err);
}

static void key_files(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        const char *refused; /* in the error's text; NULL for a key */
        qdr_keyfile_kind kind;
    } rows[] = {
        {private_key, NULL, QDR_KEYFILE_PRIVATE},
        {PUBLIC_KEY, NULL, QDR_KEYFILE_PUBLIC},
        {"\n" PUBLIC_KEY " me@here\n", NULL, QDR_KEYFILE_PUBLIC},
        {"", "key: a key of type ''", 0},
        {"ssh-rsa AAAAB3NzaC1yc2E=", "type 'ssh-rsa', not ssh-ed25519", 0},
        {"\x1b[2Jssh", "type '\\x1b[2Jssh'", 0},
        {"ssh-ed25519", "damaged", 0},
        {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1E", "damaged", 0},
        {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea", "damaged", 0},
        {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1EaAAAA", "damaged", 0},
        {"-----BEGIN RSA PRIVATE KEY-----\n", "ssh-keygen -t ed25519", 0},
        {"-----BEGIN OPENSSH PRIVATE KEY-----", "damaged", 0},
        {"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----",
         "damaged", 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_keyfile file;
        qdr_error err = QDR_ERROR_INIT;
        int code = parse_key(rows[i].content, &file, &err);
        assert_int_equal(code, rows[i].refused ? QDR_EDATA : QDR_OK);
        if (rows[i].refused && !strstr(err.text, rows[i].refused))
            fail_msg("'%s' should say '%s'", err.text, rows[i].refused);
        if (!rows[i].refused)
            assert_int_equal(file.kind, rows[i].kind);
    }
}

/* The private key's file of other bytes. */
static void armor_key(const unsigned char *bytes, size_t size, char *content, size_t most)
{
    char base64[1024];
    sodium_bin2base64(base64, sizeof base64, bytes, size, sodium_base64_VARIANT_ORIGINAL);
    snprintf(content, most,
             "-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n-----END OPENSSH PRIVATE KEY-----\n", base64);
}

static void damaged_keys(void **state)
{
    (void)state;
    unsigned char bytes[512];
    char content[2048];
    size_t size;
    qdr_keyfile good, file;
    assert_int_equal(parse_key(private_key, &good, NULL), QDR_OK);
    assert_int_equal(sodium_base642bin(bytes, sizeof bytes, private_key + 36, strlen(private_key) - 36,
                                       "\n", &size, &(const char *){NULL},
                                       sodium_base64_VARIANT_ORIGINAL), 0);
    for (size_t length = 0; length < size; length++) {
        armor_key(bytes, length, content, sizeof content);
        assert_int_equal(parse_key(content, &file, NULL), QDR_EDATA);
    }
    /* a changed byte is found, or matters to nobody (a comment's, a name's), or says that there is
     * a passphrase */
    size_t found = 0;
    for (size_t i = 0; i < size; i++)
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] ^= (unsigned char)(1 << bit);
            armor_key(bytes, size, content, sizeof content);
            if (parse_key(content, &file, NULL))
                found++;
            else if (file.kind == QDR_KEYFILE_PRIVATE)
                assert_memory_equal(file.secret, good.secret, sizeof good.secret);
            bytes[i] ^= (unsigned char)(1 << bit);
        }
    assert_true(found > 8 * (size - 24));
}

/* ---- allowed signers ----------------------------------------------------------------------- */

static void lines(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        const char *refused; /* in the error's text; NULL: it can be read */
    } rows[] = {
        {"", NULL},
        {"\n  \n# mara ssh-ed25519 nonsense\r\n", NULL},
        {"mara " PUBLIC_KEY, NULL},
        {"mara,*@example.org\t" PUBLIC_KEY " a comment\r\n", NULL},
        {"\"mara with \\\"blanks\\\"\" namespaces=\"a b,\\\"\" " PUBLIC_KEY, NULL},
        {"mara NameSpaces=\"*\",VALID-AFTER=\"20260101\",cert-authority " PUBLIC_KEY, NULL},
        {"mara ssh-rsa AAAA", NULL},
        {"mara sk-ssh-ed25519@openssh.com AAAA", NULL},
        {"mara namespaces=\"quadrat\" ecdsa-sha2-nistp256 AAAA", NULL},
        {"mara valid-after=\"202601010000Z\",valid-before=\"20270101000000UTC\" " PUBLIC_KEY, NULL},
        {"mara", "f, line 1: a key is missing"},
        {"\n\nmara namespaces=\"quadrat\"", "f, line 3: a key is missing"},
        {"mara ssh-ed25519", "damaged"},
        {"mara ssh-ed25519 AAAA", "damaged"},
        {"\"mara " PUBLIC_KEY, "begins with a name"},
        {"ma\"ra\" " PUBLIC_KEY, "begins with a name"},
        {"\"\" " PUBLIC_KEY, "begins with a name"},
        {"mara namespaces=\"quadrat " PUBLIC_KEY, "a key is missing"},
        {"mara namespaces=quadrat " PUBLIC_KEY, "stands in quotes"},
        {"mara namespaces=\"quadrat\"x " PUBLIC_KEY, "a comma"},
        {"mara namespaces=\"quadrat\", " PUBLIC_KEY, "an unknown option"},
        {"mara namespaces=\"a\",namespaces=\"b\" " PUBLIC_KEY, "twice"},
        {"mara verify-required " PUBLIC_KEY, "an unknown option"},
        {"mara valid-after=\"2026\" " PUBLIC_KEY, "YYYYMMDD"},
        {"mara valid-after=\"20261301\" " PUBLIC_KEY, "YYYYMMDD"},
        {"mara valid-after=\"20260101X\" " PUBLIC_KEY, "YYYYMMDD"},
        {"mara valid-after=\"202601012500\" " PUBLIC_KEY, "YYYYMMDD"},
        {"mara valid-after=\"2026010112001122\" " PUBLIC_KEY, "YYYYMMDD"},
        {"mara valid-after=\"\" " PUBLIC_KEY, "YYYYMMDD"},
        {"mara valid-after=\"20260102Z\",valid-before=\"20260102Z\" " PUBLIC_KEY, "not after"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_signers *signers = NULL;
        qdr_error err = QDR_ERROR_INIT;
        int code = qdr_signers_parse("f", rows[i].content, strlen(rows[i].content), &signers, &err);
        if (code != (rows[i].refused ? QDR_EDATA : QDR_OK) ||
            (rows[i].refused && !strstr(err.text, rows[i].refused)))
            fail_msg("%s: %d '%s'", rows[i].content, code, err.text);
        qdr_signers_destroy(signers);
    }
    qdr_signers *signers = NULL;
    assert_int_equal(qdr_signers_parse("f", "ma\0ra " PUBLIC_KEY, 20, &signers, NULL), QDR_EDATA);
}

#define MARA "mara (key " FINGERPRINT ")"

static void judgements(void **state)
{
    (void)state;
    static const struct {
        const char *allowed, *text;
        const char *by;      /* NULL: refused */
        const char *refused; /* in the error's text */
    } rows[] = {
        {"mara " PUBLIC_KEY, TEXT LINE, MARA, NULL},
        {"mara " PUBLIC_KEY, TEXT LINE "\n", MARA, NULL},
        {"a\x1b[2J " PUBLIC_KEY, TEXT LINE, "a\\x1b[2J (key " FINGERPRINT ")", NULL},
        {"eve " OTHER_KEY "\nmara " PUBLIC_KEY, TEXT LINE, MARA, NULL},
        {"mara namespaces=\"quadrat\" " PUBLIC_KEY, TEXT LINE, MARA, NULL},
        {"mara namespaces=\"file,qu?dr*t\" " PUBLIC_KEY, TEXT LINE, MARA, NULL},
        {"mara namespaces=\"****q*uadrat***\" " PUBLIC_KEY, TEXT LINE, MARA, NULL},
        {"mara valid-after=\"202611240540Z\" " PUBLIC_KEY, TEXT LINE, MARA, NULL},
        {"mara valid-before=\"202611240540UTC\" " PUBLIC_KEY, TEXT LINE, MARA, NULL},
        {"mara valid-before=\"202611240640\" " PUBLIC_KEY, TEXT LINE, MARA, NULL}, /* UTC+1 */
        {"mara valid-before=\"20260101Z\" " PUBLIC_KEY "\nmara " PUBLIC_KEY, TEXT LINE, MARA, NULL},
        /* refused */
        {"mara " PUBLIC_KEY, TEXT, NULL, "it is not signed"},
        {"", TEXT LINE, NULL, "unknown key, DPTYKE51"},
        {"eve " OTHER_KEY, TEXT LINE, NULL, "unknown key, DPTYKE51"},
        {"ca cert-authority " PUBLIC_KEY, TEXT LINE, NULL, "authorities do not count"},
        {"mara " PUBLIC_KEY, "mean(x) = 0.5\n" LINE, NULL, "by " MARA " does not hold"},
        {"mara " PUBLIC_KEY, LINE, NULL, "does not hold"},
        {"mara " PUBLIC_KEY, TEXT "\n" LINE, NULL, "does not hold"},
        {"mara " PUBLIC_KEY, "\n" TEXT LINE, NULL, "does not hold"},
        {"mara " PUBLIC_KEY, TEXT "SIGNED DPTYKE51 W" DIGITS, NULL, "line is damaged"},
        {"mara " PUBLIC_KEY, TEXT LINE " ", NULL, "line is damaged"},
        {"mara " PUBLIC_KEY, TEXT LINE "\n\n", NULL, "it is not signed"},
        {"mara " PUBLIC_KEY, TEXT "SIGNED ", NULL, "line is damaged"},
        {"mara namespaces=\"file,git\" " PUBLIC_KEY, TEXT LINE, NULL, "namespace quadrat"},
        {"mara namespaces=\"*,!quad*\" " PUBLIC_KEY, TEXT LINE, NULL, "namespace quadrat"},
        {"mara namespaces=\"quadrat?\" " PUBLIC_KEY, TEXT LINE, NULL, "namespace quadrat"},
        {"mara namespaces=\"\" " PUBLIC_KEY, TEXT LINE, NULL, "namespace quadrat"},
        {"mara valid-after=\"202611240541Z\" " PUBLIC_KEY, TEXT LINE, NULL,
         MARA " is valid from 202611240541Z on, and the text is of 2026-11-24 05:40 UTC"},
        {"mara valid-before=\"20261124053959Z\" " PUBLIC_KEY, TEXT LINE, NULL,
         MARA " expired at 20261124053959Z, and the text is of 2026-11-24 05:40 UTC"},
        {"mara valid-before=\"202611240639\" " PUBLIC_KEY, TEXT LINE, NULL, "expired"},
    };
    setenv("TZ", "XYZ-1", 1); /* an hour east of Greenwich */
    tzset();
    for (size_t i = 0; i < COUNT(rows); i++) {
        qdr_signers *signers = NULL;
        qdr_error err = QDR_ERROR_INIT;
        qdr_text_finding f;
        char *by = NULL;
        assert_int_equal(qdr_text_examine(rows[i].text, strlen(rows[i].text), &f, &err), QDR_OK);
        assert_int_equal(qdr_signers_parse("f", rows[i].allowed, strlen(rows[i].allowed), &signers, &err),
                         QDR_OK);
        int code = qdr_signers_judge(signers, rows[i].text, &f.signature, &by, &err);
        if (rows[i].by) {
            assert_string_equal(err.text, "");
            assert_string_equal(by, rows[i].by);
        } else {
            assert_int_equal(code, QDR_EREFUSED);
            assert_null(by);
            if (!strstr(err.text, rows[i].refused))
                fail_msg("'%s' should say '%s'", err.text, rows[i].refused);
        }
        free(by);
        qdr_signers_destroy(signers);
    }
    qdr_signers_destroy(NULL);
}

/* Whichever byte of a signed text is changed, nobody vouches for it. */
static void one_byte_changed(void **state)
{
    (void)state;
    static const char allowed[] = "mara " PUBLIC_KEY;
    static const char whole[] = TEXT LINE;
    char changed[sizeof whole];
    qdr_signers *signers = NULL;
    assert_int_equal(qdr_signers_parse("f", allowed, strlen(allowed), &signers, NULL), QDR_OK);
    for (size_t i = 0; i < sizeof whole - 1; i++) {
        qdr_text_finding f;
        char *by = NULL;
        memcpy(changed, whole, sizeof whole);
        changed[i] = (char)(changed[i] ^ 1 << i % 8);
        assert_int_equal(qdr_text_examine(changed, sizeof whole - 1, &f, NULL), QDR_OK);
        assert_int_equal(qdr_signers_judge(signers, changed, &f.signature, &by, NULL), QDR_EREFUSED);
        assert_null(by);
    }
    qdr_signers_destroy(signers);
}

/* A text without a time line is not judged by a key that is valid for a time. */
static void undated(void **state)
{
    (void)state;
    static const char limited[] = "mara valid-after=\"20200101Z\" " PUBLIC_KEY;
    static const char unlimited[] = "mara " PUBLIC_KEY;
    qdr_signers *signers = NULL;
    qdr_signature signature = {.is_signed = true, .size = strlen(text), .hint = "DPTYKE51"};
    qdr_error err = QDR_ERROR_INIT;
    char *by = NULL;
    assert_true(qdr_base32_read(DIGITS, strlen(DIGITS), signature.bytes, sizeof signature.bytes));
    assert_int_equal(qdr_signers_parse("f", limited, strlen(limited), &signers, NULL), QDR_OK);
    assert_int_equal(qdr_signers_judge(signers, text, &signature, &by, &err), QDR_EREFUSED);
    assert_non_null(strstr(err.text, "the text has none"));
    qdr_signers_destroy(signers);
    assert_int_equal(qdr_signers_parse("f", unlimited, strlen(unlimited), &signers, NULL), QDR_OK);
    assert_int_equal(qdr_signers_judge(signers, text, &signature, &by, NULL), QDR_OK);
    assert_string_equal(by, MARA);
    free(by);
    qdr_signers_destroy(signers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base32),       cmocka_unit_test(as_ssh_keygen_signs),
        cmocka_unit_test(from_the_armor),
        cmocka_unit_test(records),      cmocka_unit_test(key_files),
        cmocka_unit_test(damaged_keys), cmocka_unit_test(lines),
        cmocka_unit_test(judgements),   cmocka_unit_test(one_byte_changed),
        cmocka_unit_test(undated)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
