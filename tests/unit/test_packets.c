/*
 * Packets as evidence: the ring keeps the newest, a file is what libpcap reads back, byte
 * for byte and to the nanosecond, and the directory is bounded.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/pcapng.h"
#include "collector/packet_file.h"
#include "collector/packet_ring.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACKETS 300
#define T0      1795000000123456789ll

static void
fill(struct packet_ring *r, unsigned i)
{
	struct ringed *slot = packet_ring_put(r, (mono_t){i * NS_PER_MS});

	slot->time.ns = T0 + (int64_t)i * NS_PER_MS;
	slot->n = (uint16_t)(20 + i % 100);
	slot->length = slot->n + i;
	slot->leaves = i % 2;
	for (unsigned k = 0; k < slot->n; k++)
		slot->p[k] = (uint8_t)(i * 7 + k);
	slot->p[0] = 0x45;
}

static void
ring_keeps_the_newest(void **state)
{
	struct packet_ring *r = packet_ring_new(100);
	uint64_t first, end;

	(void)state;
	end = packet_ring_find(r, (mono_t){0}, (mono_t){1}, &first);
	assert_int_equal(end, first);
	for (unsigned i = 0; i < 250; i++)
		fill(r, i);
	end = packet_ring_find(r, (mono_t){0}, (mono_t){NS_PER_S}, &first);
	assert_int_equal(end - first, 100);
	assert_int_equal(packet_ring_at(r, first)->at.ns, 150 * NS_PER_MS);
	packet_ring_grow(r, 200);
	for (unsigned i = 250; i < 400; i++)
		fill(r, i);
	end = packet_ring_find(r, (mono_t){0}, (mono_t){390 * NS_PER_MS}, &first);
	assert_int_equal(end - first, 190);
	for (unsigned i = 200; first < end; first++, i++)
		assert_int_equal(packet_ring_at(r, first)->at.ns, i * NS_PER_MS);
	packet_ring_free(r);
}

static void
read_back(const char *path)
{
	char err[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *head;
	const u_char *data;
	pcap_t *p = pcap_open_offline_with_tstamp_precision(
	    path, PCAP_TSTAMP_PRECISION_NANO, err);
	unsigned i = 0;

	assert_non_null(p);
	assert_int_equal(pcap_datalink(p), DLT_RAW);
	for (; pcap_next_ex(p, &head, &data) == 1; i++) {
		assert_int_equal(head->caplen, 20 + i % 100);
		assert_int_equal(head->len, 20 + i % 100 + i);
		assert_int_equal(head->ts.tv_sec * NS_PER_S + head->ts.tv_usec,
		    T0 + (int64_t)i * NS_PER_MS);
		for (unsigned k = 1; k < head->caplen; k++)
			assert_int_equal(data[k], (uint8_t)(i * 7 + k));
	}
	assert_int_equal(i, PACKETS);
	pcap_close(p);
}

static void
libpcap_reads_it(void **state)
{
	struct packet_ring *r = packet_ring_new(PACKETS);
	char directory[] = "/tmp/linkwitness-evidence.XXXXXX", path[200], sha256[65];
	struct bytes b = {0};
	uint64_t i, end;

	(void)state;
	assert_non_null(mkdtemp(directory));
	for (unsigned k = 0; k < PACKETS; k++)
		fill(r, k);
	pcapng_begin(&b, "test 1", "a comment");
	pcapng_interface(&b, "eth0", PCAPNG_RAW, RINGED_BYTES);
	end = packet_ring_find(r, (mono_t){0}, (mono_t){NS_PER_S}, &i);
	for (; i < end; i++) {
		const struct ringed *x = packet_ring_at(r, i);
		struct pcapng_packet p = {0, x->time, x->p, x->n, x->length, x->leaves};
		pcapng_packet(&b, &p);
	}
	assert_int_equal(packet_file_write(directory, "a.pcapng", b.p, b.n, sha256), 0);
	assert_int_equal(strlen(sha256), 64);
	snprintf(path, sizeof path, "%s/packets/a.pcapng", directory);
	read_back(path);

	/* The oldest go, by name; files that are not ours stay. */
	assert_int_equal(packet_file_write(directory, "b.pcapng", b.p, b.n, sha256), 0);
	assert_int_equal(packet_file_write(directory, "note.txt", "x", 1, sha256), 0);
	assert_string_equal(
	    sha256, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
	packet_file_trim(directory, (int64_t)b.n * 3 / 2);
	assert_int_equal(access(path, F_OK), -1);
	snprintf(path, sizeof path, "%s/packets/b.pcapng", directory);
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
	snprintf(path, sizeof path, "%s/packets/note.txt", directory);
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
	assert_true(packet_file_write("/nonexistent", "a", b.p, b.n, sha256) < 0);
	snprintf(path, sizeof path, "%s/packets", directory);
	rmdir(path);
	rmdir(directory);
	packet_ring_free(r);
	bytes_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ring_keeps_the_newest), cmocka_unit_test(libpcap_reads_it)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
