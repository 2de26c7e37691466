/* "keygen DIR --name NAME": a key that dossiers are signed with, and its certificate. */
#include "base/clock.h"
#include "base/signing.h"
#include "cmd/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int
cmd_keygen(struct options *o)
{
	char key[1100], certificate[1100], err[1300];
	struct signer *s;

	if (o->n_args != 1)
		return complain(
		    EXIT_USAGE, "keygen: say where to: keygen DIR --name NAME");
	if (o->name == NULL)
		return complain(EXIT_USAGE,
		    "keygen: say whose it is: --name \"Example Support Ltd\"");
	if (strlen(o->args[0]) > 1000)
		return complain(
		    EXIT_USAGE, "keygen: longer than 1000 bytes is no directory");
	if (strlen(o->name) > 64)
		return complain(
		    EXIT_USAGE, "--name: at most 64 bytes fit in a certificate");
	if (mkdir(o->args[0], 0700) < 0 && errno != EEXIST)
		return complain(1, "%s: %s", o->args[0], strerror(errno));
	snprintf(key, sizeof key, "%s/signing.key", o->args[0]);
	snprintf(certificate, sizeof certificate, "%s/signing.crt", o->args[0]);
	if (signing_keygen(key, certificate, o->name, clock_wall().ns / NS_PER_S, err,
	        sizeof err) < 0 ||
	    signer_load(&s, key, certificate, err, sizeof err) < 0)
		return complain(1, "%s", err);
	printf("key          %s: keep it to yourself\n"
	       "certificate  %s: give it to whoever is to check your signatures\n"
	       "name         %s\n"
	       "SHA-256      %s\n",
	    key, certificate, signer_name(s), signer_fingerprint(s));
	signer_free(s);
	return 0;
}
