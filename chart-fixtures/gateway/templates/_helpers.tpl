{{- define "gateway.name" -}}
{{ default .Release.Name .Values.name }}
{{- end }}

{{- define "gateway.serviceAccount" -}}
{{ default (include "gateway.name" .) .Values.serviceAccount.name }}
{{- end }}

{{- define "gateway.app" -}}
{{ default (include "gateway.name" .) .Values.labels.app }}
{{- end }}

{{- define "gateway.istio" -}}
{{ default (include "gateway.name" . | trimPrefix "istio-") .Values.labels.istio }}
{{- end }}

{{- define "gateway.selector" -}}
app: {{ include "gateway.app" . }}
istio: {{ include "gateway.istio" . }}
{{- end }}

{{- define "gateway.standardLabels" -}}
app.kubernetes.io/name: {{ include "gateway.name" . }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/part-of: "istio"
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "gateway.labels" -}}
{{ include "gateway.standardLabels" . }}
{{ include "gateway.selector" . }}
{{- range $key, $value := omit .Values.labels "app" "istio" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
"istio.io/dataplane-mode": "none"
{{- end }}

{{- /* Name, namespace and labels, as every object of the chart has them. */ -}}
{{- define "gateway.identity" -}}
name: {{ include "gateway.name" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "gateway.labels" . | nindent 2 }}
{{- end }}
