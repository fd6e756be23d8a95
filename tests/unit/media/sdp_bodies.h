/*
 * Descriptions of real peers: structure, order and spelling as FreeSWITCH 1.10.12 and Asterisk 22
 * send them, keys and numbers replaced. Shared by the SDP suite and the fuzz corpus.
 */
#ifndef ARS_TEST_SDP_BODIES_H
#define ARS_TEST_SDP_BODIES_H

#define FP_A                                                                                       \
    "01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:"   \
    "CD:EF"
#define FP_B                                                                                       \
    "FE:DC:BA:98:76:54:32:10:FE:DC:BA:98:76:54:32:10:FE:DC:BA:98:76:54:32:10:FE:DC:BA:98:76:54:"   \
    "32:10"

/* answers one codec, without mid and BUNDLE, with a space in the fmtp; o= is not c= */
#define FS_ANSWER_HEAD                                                                             \
    "v=0\r\n"                                                                                      \
    "o=FreeSWITCH 1700000000 1700000001 IN IP4 192.0.2.2\r\n"                                      \
    "s=FreeSWITCH\r\n"                                                                             \
    "c=IN IP4 198.51.100.7\r\n"                                                                    \
    "t=0 0\r\n"                                                                                    \
    "a=msid-semantic: WMS abcdefabcdefabcdefabcdefabcdefab\r\n"
#define FS_ANSWER                                                                                  \
    FS_ANSWER_HEAD                                                                                 \
    "m=audio 26990 UDP/TLS/RTP/SAVPF 111 110 13\r\n"                                               \
    "a=rtpmap:111 opus/48000/2\r\n"                                                                \
    "a=fmtp:111 useinbandfec=1; minptime=10\r\n"                                                   \
    "a=rtpmap:110 telephone-event/48000\r\n"                                                       \
    "a=rtpmap:13 CN/8000\r\n"                                                                      \
    "a=ptime:20\r\n"                                                                               \
    "a=fingerprint:sha-256 " FP_A "\r\n"                                                           \
    "a=setup:active\r\n"                                                                           \
    "a=rtcp-mux\r\n"                                                                               \
    "a=rtcp:26990 IN IP4 198.51.100.7\r\n"                                                         \
    "a=ice-ufrag:AbCdEfGhIjKlMnOp\r\n"                                                             \
    "a=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"                                                       \
    "a=candidate:4443579223 1 udp 2130706431 198.51.100.7 26990 typ host generation 0\r\n"         \
    "a=end-of-candidates\r\n"                                                                      \
    "a=ssrc:520820594 cname:e5TY5Fee7KC1Swsv\r\n"                                                  \
    "a=ssrc:520820594 msid:abcdefabcdefabcdefabcdefabcdefab a0\r\n"
/* what it says to an offer without a fingerprint */
#define FS_ANSWER_REFUSED FS_ANSWER_HEAD "m=audio 0 UDP/TLS/RTP/SAVPF 19\r\n"

/* offers RTP/SAVPF, Opus as 102, candidates of both components on one port, no direction */
#define FS_OFFER_HEAD(version)                                                                     \
    "v=0\r\n"                                                                                      \
    "o=FreeSWITCH 1700000854 " version " IN IP4 198.51.100.7\r\n"                                  \
    "s=FreeSWITCH\r\n"                                                                             \
    "c=IN IP4 198.51.100.7\r\n"                                                                    \
    "t=0 0\r\n"                                                                                    \
    "a=msid-semantic: WMS bbcdefabcdefabcdefabcdefabcdefab\r\n"
#define FS_OFFER_TRANSPORT                                                                         \
    "a=fingerprint:sha-256 " FP_A "\r\n"                                                           \
    "a=setup:actpass\r\n"                                                                          \
    "a=rtcp-mux\r\n"                                                                               \
    "a=rtcp:26616 IN IP4 198.51.100.7\r\n"                                                         \
    "a=ssrc:1661266006 cname:tK7pcB783GkEeadI\r\n"                                                 \
    "a=ice-ufrag:KdZXl6IKpm28J0Y8\r\n"                                                             \
    "a=ice-pwd:bbcdefghijklmnopqrstuvwx\r\n"                                                       \
    "a=candidate:1814809072 1 udp 2130706431 198.51.100.7 26616 typ host generation 0\r\n"         \
    "a=candidate:1814809072 2 udp 2130706431 198.51.100.7 26616 typ host generation 0\r\n"         \
    "a=ptime:20\r\n"
#define FS_OFFER(version)                                                                          \
    FS_OFFER_HEAD(version)                                                                         \
    "m=audio 26616 RTP/SAVPF 102 9 0 8 103 104 101 13\r\n"                                         \
    "a=rtpmap:102 opus/48000/2\r\n"                                                                \
    "a=fmtp:102 useinbandfec=1; maxaveragebitrate=30000; maxplaybackrate=48000; ptime=20; "        \
    "minptime=10; maxptime=40\r\n"                                                                 \
    "a=rtpmap:9 G722/8000\r\n"                                                                     \
    "a=rtpmap:0 PCMU/8000\r\n"                                                                     \
    "a=rtpmap:8 PCMA/8000\r\n"                                                                     \
    "a=rtpmap:103 telephone-event/48000\r\n"                                                       \
    "a=rtpmap:104 CN/48000\r\n"                                                                    \
    "a=rtpmap:101 telephone-event/8000\r\n"                                                        \
    "a=rtpmap:13 CN/8000\r\n" FS_OFFER_TRANSPORT
/* a change of codec: 103 means another clock now */
#define FS_REOFFER_PCMU                                                                            \
    FS_OFFER_HEAD("1700000859")                                                                    \
    "m=audio 26616 RTP/SAVPF 0 103\r\n"                                                            \
    "a=rtpmap:0 PCMU/8000\r\n"                                                                     \
    "a=rtpmap:103 telephone-event/8000\r\n" FS_OFFER_TRANSPORT "a=sendrecv\r\n"

/* answers its own order of all codecs, no fmtp of Opus, candidate in capitals */
#define AST_ANSWER(version, connection, direction)                                                 \
    "v=0\r\n"                                                                                      \
    "o=- 7346811061754612152 " version " IN IP4 198.51.100.8\r\n"                                  \
    "s=Asterisk\r\n"                                                                               \
    "c=IN IP4 198.51.100.8\r\n"                                                                    \
    "t=0 0\r\n"                                                                                    \
    "a=msid-semantic:WMS *\r\n"                                                                    \
    "a=group:BUNDLE 0\r\n"                                                                         \
    "m=audio 20606 UDP/TLS/RTP/SAVPF 111 9 0 8 110 126\r\n"                                        \
    "a=connection:" connection "\r\n"                                                              \
    "a=setup:active\r\n"                                                                           \
    "a=fingerprint:SHA-256 " FP_B "\r\n"                                                           \
    "a=ice-ufrag:3ea16bdd4610930e1d63ca3145ae719e\r\n"                                             \
    "a=ice-pwd:0529b14858d16ab31356e7240046b04c\r\n"                                               \
    "a=candidate:H7f000001 1 UDP 2130706431 198.51.100.8 20606 typ host\r\n"                       \
    "a=rtpmap:111 opus/48000/2\r\n"                                                                \
    "a=rtpmap:9 G722/8000\r\n"                                                                     \
    "a=rtpmap:0 PCMU/8000\r\n"                                                                     \
    "a=rtpmap:8 PCMA/8000\r\n"                                                                     \
    "a=ptime:20\r\n"                                                                               \
    "a=maxptime:60\r\n"                                                                            \
    "a=" direction "\r\n"                                                                          \
    "a=rtcp-mux\r\n"                                                                               \
    "a=ssrc:695758104 cname:4b24586b-ffbe-4bab-ac51-24cee64ea34c\r\n"                              \
    "a=msid:bf3b7ab9-ed9c-43a0-bace-3ddb23e7773d 40338c32-e4f7-4100-b2d9-bcf3983c448a\r\n"         \
    "a=rtcp-fb:* transport-cc\r\n"                                                                 \
    "a=mid:0\r\n"                                                                                  \
    "a=rtpmap:110 telephone-event/48000\r\n"                                                       \
    "a=fmtp:110 0-16\r\n"                                                                          \
    "a=rtpmap:126 telephone-event/8000\r\n"                                                        \
    "a=fmtp:126 0-16\r\n"

/* offers Opus as 107, events as 101 and 104, mid audio-0 */
#define AST_OFFER(version, direction)                                                              \
    "v=0\r\n"                                                                                      \
    "o=- 1661240717 " version " IN IP4 198.51.100.8\r\n"                                           \
    "s=Asterisk\r\n"                                                                               \
    "c=IN IP4 198.51.100.8\r\n"                                                                    \
    "t=0 0\r\n"                                                                                    \
    "a=msid-semantic:WMS *\r\n"                                                                    \
    "a=group:BUNDLE audio-0\r\n"                                                                   \
    "m=audio 20536 UDP/TLS/RTP/SAVPF 107 9 0 8 101 104\r\n"                                        \
    "a=connection:new\r\n"                                                                         \
    "a=setup:actpass\r\n"                                                                          \
    "a=fingerprint:SHA-256 " FP_B "\r\n"                                                           \
    "a=ice-ufrag:1a67c73f4dc4e4561f8f6bdf5d3e8b1c\r\n"                                             \
    "a=ice-pwd:76321f61359f950048e2f5dd3623a49d\r\n"                                               \
    "a=candidate:H7f000001 1 UDP 2130706431 198.51.100.8 20536 typ host\r\n"                       \
    "a=rtpmap:107 opus/48000/2\r\n"                                                                \
    "a=rtpmap:9 G722/8000\r\n"                                                                     \
    "a=rtpmap:0 PCMU/8000\r\n"                                                                     \
    "a=rtpmap:8 PCMA/8000\r\n"                                                                     \
    "a=rtpmap:101 telephone-event/48000\r\n"                                                       \
    "a=fmtp:101 0-16\r\n"                                                                          \
    "a=rtpmap:104 telephone-event/8000\r\n"                                                        \
    "a=fmtp:104 0-16\r\n"                                                                          \
    "a=ptime:20\r\n"                                                                               \
    "a=maxptime:60\r\n"                                                                            \
    "a=" direction "\r\n"                                                                          \
    "a=rtcp-mux\r\n"                                                                               \
    "a=ssrc:938235484 cname:7641da6a-7dc6-4fe3-9eb8-00845a910272\r\n"                              \
    "a=rtcp-fb:* transport-cc\r\n"                                                                 \
    "a=mid:audio-0\r\n"

/* a browser: IPv6, TCP and mDNS candidates, RED, a video section */
#define WEB_OFFER                                                                                  \
    "v=0\r\n"                                                                                      \
    "o=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n"                                               \
    "s=-\r\n"                                                                                      \
    "t=0 0\r\n"                                                                                    \
    "a=group:BUNDLE 0 1\r\n"                                                                       \
    "a=extmap-allow-mixed\r\n"                                                                     \
    "m=audio 48334 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\n"                                  \
    "c=IN IP4 192.0.2.33\r\n"                                                                      \
    "a=rtcp:9 IN IP4 0.0.0.0\r\n"                                                                  \
    "a=candidate:1 1 udp 2122194687 192.0.2.33 48334 typ host generation 0 network-id 3\r\n"       \
    "a=candidate:2 1 udp 2122063615 7e2e4d1c-4b45-4d1c-b0a4-1f1a1f1a1f1a.local 37082 typ host\r\n" \
    "a=candidate:3 1 udp 2122267903 2001:db8::1 40658 typ host generation 0\r\n"                   \
    "a=candidate:4 1 tcp 1518214911 192.0.2.33 9 typ host tcptype active generation 0\r\n"         \
    "a=candidate:5 1 udp 1685987071 203.0.113.9 50000 typ srflx raddr 192.0.2.33 rport 48334\r\n"  \
    "a=ice-ufrag:gS9v\r\n"                                                                         \
    "a=ice-pwd:YNY3RIT4vIama2uDz8fyloy6\r\n"                                                       \
    "a=ice-options:trickle\r\n"                                                                    \
    "a=fingerprint:sha-256 " FP_B "\r\n"                                                           \
    "a=setup:actpass\r\n"                                                                          \
    "a=mid:0\r\n"                                                                                  \
    "a=sendrecv\r\n"                                                                               \
    "a=rtcp-mux\r\n"                                                                               \
    "a=rtpmap:111 opus/48000/2\r\n"                                                                \
    "a=fmtp:111 minptime=10;useinbandfec=1;stereo=1\r\n"                                           \
    "a=rtpmap:63 red/48000/2\r\n"                                                                  \
    "a=fmtp:63 111/111\r\n"                                                                        \
    "a=rtpmap:110 telephone-event/48000\r\n"                                                       \
    "a=rtpmap:126 telephone-event/8000\r\n"                                                        \
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n"                                                        \
    "c=IN IP4 0.0.0.0\r\n"                                                                         \
    "a=mid:1\r\n"                                                                                  \
    "a=rtpmap:96 VP8/90000\r\n"

#define FP_LINE "a=fingerprint:sha-256 " FP_A "\r\n"

/* one section, what FreeSWITCH has above it */
#define PLAIN(proto, extra)                                                                        \
    FS_ANSWER_HEAD "m=audio 5000 " proto " 0 126\r\na=rtpmap:126 telephone-event/8000\r\n" extra

/* all that can stand at session level stands there */
#define OFFER_SESSION_LEVEL                                                                        \
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=recvonly\r\n"      \
    "a=setup:active\r\n" FP_LINE "m=audio 5000 UDP/TLS/RTP/SAVP 8\r\n"

#endif
