noinst_LIBRARIES += config/libconfig.a
config_libconfig_a_SOURCES = \
	config/builtin.c \
	config/clause.c \
	config/clause.h \
	config/contract.c \
	config/contract.h \
	config/contract_credit.c \
	config/contract_right.c \
	config/contract_version.c \
	config/excerpt.c \
	config/excerpt.h \
	config/link.c \
	config/notify.c \
	config/outline.c \
	config/outline.h \
	config/probe.c \
	config/reading.h \
	config/redaction.c \
	config/redaction.h \
	config/regime.c \
	config/regime.h \
	config/sending.c \
	config/settings.c \
	config/settings.h \
	config/targets.c \
	config/text.c \
	config/text.h \
	config/units.c \
	config/units.h \
	config/values.c
config_libconfig_a_CFLAGS = $(AM_CFLAGS) $(CONFUSE_CFLAGS) $(BASE_CFLAGS)

# Published contracts as examples; the one that was signed prevails.
contractsdir = $(pkgdatadir)/contracts
dist_contracts_DATA = config/contracts/btnet.conf config/contracts/centurylink-han.conf \
	config/contracts/cogent.conf config/contracts/comcast-edi.conf \
	config/contracts/computercentric.conf config/contracts/internet-t1.conf \
	config/contracts/ipserver.conf config/contracts/lightedge.conf \
	config/contracts/lumen-edge.conf config/contracts/masergy.conf \
	config/contracts/ntt-gin.conf config/contracts/packetfabric.conf \
	config/contracts/softbank-ultina.conf config/contracts/tw-telecom.conf \
	config/contracts/uk-leased-line.conf config/contracts/verizon-internet-dedicated.conf \
	config/contracts/verizon-tiers.conf config/contracts/virgin-media-business.conf

# Regulators' rules: every number with its source and date.
regimesdir = $(pkgdatadir)/regimes
dist_regimes_DATA = config/regimes/au-30s.conf config/regimes/de-tkg57.conf \
	config/regimes/de-tkg58.conf config/regimes/eu-2015-2120.conf \
	config/regimes/uk-auto-compensation.conf config/regimes/uk-codes.conf \
	config/regimes/us-caf-80-80.conf
